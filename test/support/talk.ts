import type { TestService } from './service.ts'
import { patienceMs, screenOf } from './story.ts'
import { until } from './until.ts'

type Chat = { chat: number }

/** A conversation with the bot in Telegram: an act, and the first answer after it that has those words. */
export function talkWith(service: () => Pick<TestService, 'telegram' | 'url'>) {
  const handsOf = ({ chat }: Chat) => service().telegram.person(chat)
  const answerTo = async (person: Chat, act: () => unknown, part: string | RegExp) => {
    const before = screenOf(service().telegram, person).length
    act()
    const isIt = (text: string) => (typeof part === 'string' ? text.includes(part) : part.test(text))
    const after = () => screenOf(service().telegram, person).slice(before)
    return await until(() => after().find(({ text }) => isIt(text)), patienceMs, `an answer with ${part}`).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}; seen: ${JSON.stringify(after().map(({ text }) => text))}`)
      },
    )
  }
  return {
    handsOf,
    answerTo,
    says: (person: Chat, words: string, part: string | RegExp) =>
      answerTo(person, () => handsOf(person).say(words), part),
    presses: (person: Chat, label: string, part: string | RegExp) =>
      answerTo(person, () => handsOf(person).press(label), part),
    /** The first group of what matches in /metrics. */
    metric: async (line: RegExp) => line.exec(await (await fetch(`${service().url}/metrics`)).text())?.[1],
  }
}

export function labelsOf({ buttons }: { buttons: { text: string }[][] }): string[] {
  return buttons.flat().map(({ text }) => text)
}

/** Without the spaces that no line breaks. */
export function flat(text: string): string {
  return text.replaceAll('\u00a0', ' ')
}
