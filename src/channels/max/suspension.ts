import type { Outcome } from '../channel.ts'

/** Asked of every outcome of a send, in the order in which they come. */
export type SuspensionWatch = {
  judge(address: string, outcome: Outcome, nowMs: number): Outcome
  readonly isOn: boolean
}

const enough = 3
const withinMs = 10 * 60_000

/**
 * MAX says «dialog suspended» of a person who stopped the bot, and of everybody while the bot is not moderated or is itself
 * stopped. Several different people in a row, and nobody reached in between, are our trouble: their contacts stay as they are.
 */
export function createSuspensionWatch(): SuspensionWatch {
  const suspended = new Map<string, number>()
  return {
    get isOn() {
      return suspended.size >= enough
    },
    judge(address, outcome, nowMs) {
      if (outcome.kind === 'sent') suspended.clear()
      if (outcome.kind !== 'refused' || outcome.code !== 'dialog_suspended') return outcome
      for (const [who, at] of suspended) if (nowMs - at > withinMs) suspended.delete(who)
      suspended.set(address, nowMs)
      if (suspended.size < enough) return outcome
      return { kind: 'broken', scope: 'channel', code: 'dialogs_suspended', description: suspendedText }
    },
  }
}

export const suspendedText =
  'MAX отвечает «диалог остановлен» подряд разным клиентам. Скорее всего, бот не прошёл модерацию или остановлен: проверьте его на business.max.ru.'
