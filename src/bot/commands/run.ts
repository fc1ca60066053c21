import type { Client } from '../../clients/client.ts'
import { settingsOfClient } from '../../clients/settings/store.ts'
import { contactsOf } from '../../clients/store.ts'
import { answerKindOf, noteBotAnswer } from '../../journal/bot-answers.ts'
import { type AnswerNeeds, type ChatUpdate, type Press, peopleOf, type Text } from '../chat.ts'
import { allAgreed, askConsent } from '../consent.ts'
import { type Payload, payloadIn } from '../payload.ts'
import { noteWords } from '../talk/note-words.ts'
import { conversationIn, endConversation } from '../talk/store.ts'
import { tell } from '../talk/tell.ts'
import { understood } from '../talk/understand.ts'
import { commandNamed } from './catalog.ts'
import type { Asked, Command, Reply } from './command.ts'
import { menu, menuName, menuOption } from './menu.ts'
import { namesOf, whoIsMeant } from './people.ts'
import { askedAgain, takeQuestion } from './take-question.ts'

/** A press of one of the bot's own buttons. One that means somebody who is not told in this chat is refused quietly. */
export async function pressOfCommand(needs: AnswerNeeds, update: Press): Promise<boolean> {
  const payload = payloadIn(update.payload)
  if (!payload) return false
  await needs.channel.answerPress(update, undefined)
  await obey(needs, update, payload)
  return true
}

/** A number of a menu, a question that is being written, or words that are understood. */
export async function textOfCommand(needs: AnswerNeeds, update: Text): Promise<boolean> {
  const people = await peopleOf(needs, update)
  if (people.length === 0) return false
  const talk = await conversationIn(needs, { channel: needs.channel.name, address: update.address })
  const text = update.text.trim()
  if (talk?.kind === 'choice' && /^\d{1,2}$/.test(text)) {
    const chosen = payloadIn(talk.choices[Number(text) - 1] ?? '')
    if (chosen) await obey(needs, update, chosen)
    return chosen !== undefined
  }
  if (talk?.kind === 'question' && !text.startsWith('/')) {
    const client = people.find((each) => each.id === talk.client)
    return client !== undefined && (await takeQuestion(needs, update, client))
  }
  if (await askedAgain(needs, update)) return true
  const command = understood(text)
  if (command === undefined) return false
  if (command !== menuName) await noteWords(needs, update, people)
  await obey(needs, update, { command, client: undefined, argument: '' })
  return true
}

async function obey(needs: AnswerNeeds, update: ChatUpdate, payload: Payload): Promise<void> {
  const people = await peopleOf(needs, update)
  const reply = people.length === 0 ? undefined : await replyTo(needs, update, people, payload)
  if (reply === 'said') return
  if (reply) await tell(needs, update, reply)
  else needs.onRefused({ channel: needs.channel.name, why: 'press' })
}

async function replyTo(
  needs: AnswerNeeds,
  update: ChatUpdate,
  people: readonly Client[],
  payload: Payload,
): Promise<Reply | 'said' | undefined> {
  const chat = { channel: needs.channel.name, address: update.address }
  if (payload.command === menuName) {
    await endConversation(needs, chat)
    return menu(people)
  }
  const command = commandNamed(payload.command)
  if (!command) return undefined
  const [only, ...others] = people
  if (payload.client === undefined && others.length > 0) return await whoIsMeant(needs, people, payload)
  const client = payload.client === undefined ? only : people.find((each) => each.id === payload.client)
  if (!client) return undefined
  if (command.needsConsent && !(await allAgreed(needs, [client]))) {
    await askConsent(needs, update)
    return 'said'
  }
  await endConversation(needs, chat)
  return await runFor(needs, command, { client, argument: payload.argument, update }, people)
}

async function runFor(
  needs: AnswerNeeds,
  command: Command,
  asking: Pick<Asked, 'client' | 'argument' | 'update'>,
  people: readonly Client[],
): Promise<Reply | undefined> {
  const { client, update } = asking
  const [contacts, settings] = await Promise.all([contactsOf(needs, client), settingsOfClient(needs.db, client.id)])
  const contact = contacts.find(
    (each) => each.channel === needs.channel.name && each.address === update.address && each.isCurrent,
  )
  const reply = contact && (await command.run(needs, { ...asking, contact, settings }))
  if (!reply) return undefined
  const kind = answerKindOf(command.name)
  if (kind !== undefined) {
    await noteBotAnswer(needs.db, { channel: needs.channel.name, branch: client.branchCode, kind })
  }
  const index = people.findIndex((each) => each.id === client.id)
  const about = people.length > 1 ? (await namesOf(needs, people))[index] : undefined
  const { name } = await needs.reachOf(client.branchCode === null ? undefined : { code: client.branchCode })
  const text = [about === undefined ? undefined : `${about}:`, reply.text, name].filter(Boolean).join('\n\n')
  const options = reply.options ?? []
  const hasMenu = options.flat().some(({ payload }) => payload === menuOption.payload)
  return { text, options: hasMenu ? options : [...options, [menuOption]] }
}
