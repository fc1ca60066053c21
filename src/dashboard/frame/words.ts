import type { Outcome } from '../../channels/channel.ts'
import { type CanTell, type RegisteredName, registry } from '../../channels/registry.ts'
import type { Purpose } from '../../clients/client.ts'
import type { DeliveryState } from '../../deliveries/delivery.ts'
import { stateTitles } from '../../deliveries/words.ts'

export { engagementWords, reasonWords } from '../../deliveries/words.ts'

/** The words in which operators read what the journal keeps as codes. A test walks every list of codes. */

export type Tone = 'good' | 'busy' | 'doubt' | 'bad' | 'calm'

export const stateWords: Record<DeliveryState, { word: string; tone: Tone; about: string }> = {
  queued: { word: stateTitles.queued, tone: 'busy', about: 'Сообщение вот-вот уйдёт.' },
  waiting: { word: stateTitles.waiting, tone: 'busy', about: 'Сообщение уйдёт позже, само.' },
  sending: { word: stateTitles.sending, tone: 'busy', about: 'Сообщение передаётся мессенджеру прямо сейчас.' },
  sent: { word: stateTitles.sent, tone: 'good', about: 'Мессенджер принял сообщение.' },
  delivered: { word: stateTitles.delivered, tone: 'good', about: 'Мессенджер подтвердил доставку.' },
  unknown: {
    word: stateTitles.unknown,
    tone: 'doubt',
    about: 'Ответ мессенджера потерян: сообщение могло дойти, а могло и нет.',
  },
  failed: { word: stateTitles.failed, tone: 'bad', about: 'Больше попыток не будет.' },
  skipped: { word: stateTitles.skipped, tone: 'calm', about: 'Сообщение решено не отправлять.' },
}

export const outcomeWords: Record<Outcome['kind'], string> = {
  sent: 'мессенджер принял',
  refused: 'мессенджер отказал',
  deferred: 'не вышло, повторим',
  limited: 'мессенджер просит подождать',
  broken: 'мессенджер не принял запрос сервиса',
  unknown: 'ответ потерян',
  moved: 'чат переехал, повторим по новому адресу',
}

export const receiptWords: Record<'delivered' | 'read' | 'failed', string> = {
  delivered: 'доставлено',
  read: 'прочитано',
  failed: 'мессенджер сообщил, что не доставил',
}

export const purposeWords: Record<Purpose, string> = {
  service: 'Сообщения о приёмке и выплатах',
  advertising: 'Поздравления и акции',
}

export const linkedByWords: Record<'api' | 'bot', string> = { api: 'учётной системой', bot: 'самим клиентом в боте' }

export const givenByWords: Record<'api' | 'bot' | 'event', string> = {
  api: 'передано учётной системой',
  bot: 'дано клиентом в боте',
  event: 'передано вместе с событием',
}

const sourceTitles: Record<string, string> = { '1c': '1С', vtorium: 'VTORIUM' }

export function sourceTitle(source: string): string {
  return sourceTitles[source] ?? source
}

/** The Russian word of a code, or the code itself when an older version of the program wrote it. */
export function wordOf(words: Record<string, string>, code: string): string {
  return Object.hasOwn(words, code) ? (words[code] ?? code) : code
}

/** What the messenger can report about a message; undefined for one this program does not know. */
export function canTellOf(channel: string): CanTell | undefined {
  return isRegistered(channel) ? registry[channel].canTell : undefined
}

function isRegistered(channel: string): channel is RegisteredName {
  return Object.hasOwn(registry, channel)
}
