import type { TelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { screenOf, sumsOn } from '../support/story.ts'
import { isReminder, type Traffic } from './load.ts'
import type { Program } from './program.ts'

export type Verdict = { accepted: number; received: number; repeats: number; complaints: string[] }

/** From outside: what stands on the clients' screens, against what was answered 200. */
export function judgeScreens(telegram: TelegramEmulator, traffic: Traffic, mayRepeat: number): Verdict {
  const verdict: Verdict = { accepted: 0, received: 0, repeats: 0, complaints: [] }
  for (const [chat, accepted] of traffic.accepted) {
    const repeats = screenOf(telegram, { chat }).filter(({ text }) => isRepeat(text)).length
    const sums = sumsOn(telegram, { chat })
    const plain = plainSumsOn(telegram, chat)
    const known = new Set(sums)
    verdict.accepted += accepted.length
    verdict.received += sums.length
    verdict.repeats += repeats
    const lost = accepted.filter((sum) => !known.has(sum))
    if (lost.length > 0) verdict.complaints.push(`chat ${chat}: lost ${lost}`)
    if (new Set(plain).size !== plain.length) verdict.complaints.push(`chat ${chat}: doubled and not marked: ${sums}`)
    if (sums.some((sum, index) => !isReminder(sum) && sum < Math.max(0, ...sums.slice(0, index))))
      verdict.complaints.push(`chat ${chat}: out of order: ${sums}`)
  }
  if (verdict.repeats > mayRepeat)
    verdict.complaints.push(`${verdict.repeats} repeats, and only ${mayRepeat} calls had lost their answers`)
  return verdict
}

/** The clients to whom something that was answered 200 has not come yet. */
export function isAllThere(telegram: TelegramEmulator, traffic: Traffic): boolean {
  return [...traffic.accepted].every(([chat, accepted]) => new Set(sumsOn(telegram, { chat })).size >= accepted.length)
}

function plainSumsOn(telegram: TelegramEmulator, chat: number): number[] {
  const received = telegram.received.filter(({ text }) => !isRepeat(text))
  return sumsOn({ ...telegram, received }, { chat })
}

function isRepeat(text: string): boolean {
  return text.startsWith('Повторное сообщение')
}

/** What the story itself brings about. */
const expected = [
  // An answer that the emulator lost.
  /"msg":"delivery\.attempted".*"outcome":"unknown"/,
  // A process that leaves is not ready any more, and says so.
  /"route":"\/readyz","status":503/,
]

/** Errors, and whatever is no line of the log, written after `since`; and what was only warned of. */
export function readLog({ name, lines }: Program, since: number): { errors: string[]; warnings: string[] } {
  const said = lines.filter(
    ({ at, level, text }) => at >= since && level !== 'fine' && !expected.some((pattern) => pattern.test(text)),
  )
  const of = (wanted: string) => said.flatMap(({ level, text }) => (level === wanted ? [`${name} wrote: ${text}`] : []))
  return { errors: of('error'), warnings: of('warning') }
}
