import type { Client } from '../../clients/client.ts'
import { settingsOf } from '../../clients/settings/store.ts'
import { maskedPhone } from '../../lib/russian/masks.ts'
import { parseName } from '../../lib/russian/names.ts'
import type { AnswerNeeds } from '../chat.ts'
import { payloadOf } from '../payload.ts'
import type { Reply } from './command.ts'

/** So many buttons every messenger shows, or numbers. */
const mostShown = 9

/** Whom of several a question is about: one button each. */
export async function whoIsMeant(
  needs: AnswerNeeds,
  people: readonly Client[],
  { command, argument }: { command: string; argument: string },
): Promise<Reply> {
  const names = await namesOf(needs, people)
  return {
    text: 'В этом чате несколько клиентов. О ком вы спрашиваете?',
    options: people
      .slice(0, mostShown)
      .map((client, index) => [{ label: names[index] ?? '', payload: payloadOf(command, client.id, argument) }]),
  }
}

/** First name and masked phone of each; where names are hidden the phone alone. Two who look alike are numbered. */
export async function namesOf(needs: AnswerNeeds, people: readonly Client[]): Promise<string[]> {
  const chosen = await settingsOf(
    needs.db,
    people.map((each) => each.id),
  )
  const isClosed = await needs.keepsPrivate(needs.channel.name, null)
  const names = people.map(({ id, fullName, phone }) => {
    const isPrivate = isClosed || (chosen.get(id)?.privateTexts ?? false)
    const first = isPrivate || fullName === undefined ? undefined : parseName(fullName).first
    return [first, phone === undefined ? undefined : maskedPhone(phone)].filter(Boolean).join(' · ') || 'Клиент'
  })
  return names.map((name, index) => {
    const same = names.slice(0, index).filter((other) => other === name).length
    return same === 0 ? name : `${name} (${same + 1})`
  })
}
