import { AsYouType } from 'libphonenumber-js/max'
import { deliveryStateSchema } from '../../deliveries/delivery.ts'
import { asRepeat, storedMessageOf } from '../../deliveries/message.ts'
import { handlingOf } from '../../events/catalog.ts'
import { keptTypes } from '../../events/kept.ts'
import { channelTitles } from '../../lib/channel-name.ts'
import { type Html, html, nothing } from './html.ts'
import { canTellOf, stateWords, wordOf } from './words.ts'

/** The small parts that several pages show alike. */

export function stateBadge(state: string): Html {
  const known = deliveryStateSchema.safeParse(state)
  if (!known.success) return html`<span class="state calm">${state}</span>`
  const { word, tone, about } = stateWords[known.data]
  return html`<span class="state ${tone}" title="${about}">${word}</span>`
}

export function channelTitle(channel: string): string {
  return wordOf(channelTitles, channel)
}

export function eventTitle(type: string): string {
  const known = keptTypes.find((each) => each === type)
  return known === undefined ? type : handlingOf(known).title
}

/** «+7 903 123-45-67» */
export function phoneText(phone: string): string {
  const spaced = new AsYouType().input(phone)
  return spaced.replace(/ (\d\d) (\d\d)$/, '-$1-$2')
}

export type Named = { fullName: string | undefined; phone: string | undefined; isErased?: boolean }

export function nameText({ fullName, phone, isErased }: Named): string {
  if (isErased) return 'Данные удалены'
  return fullName ?? (phone === undefined ? 'Без имени' : phoneText(phone))
}

/** The text as it left; undefined when there is none, or when it went with the client's data. */
export function sentText(line: {
  message: string | undefined
  repeat: boolean
  channel: string | null
}): string | undefined {
  if (line.message === undefined) return undefined
  const message = storedMessageOf(line.message)
  return (line.repeat ? asRepeat(message, line.channel) : message).text
}

/** What the messenger will never say of a message it took, so that nobody waits for it. */
export function cannotTellText(channel: string): string | undefined {
  const canTell = canTellOf(channel)
  if (!canTell || (canTell.delivered && canTell.read)) return undefined
  const what = canTell.delivered ? 'о прочтении' : canTell.read ? 'о доставке' : 'о доставке и прочтении'
  return `${channelTitle(channel)} не может сообщить ${what}.`
}

export function noticeList(notices: readonly string[]): Html {
  return html`${notices.map((text) => html`<p class="notice">${text}</p>`)}`
}

export function emptyState(title: string, text: string): Html {
  return html`<div class="empty"><h2>${title}</h2><p>${text}</p></div>`
}

export function testMark(isTest: boolean): Html {
  return isTest ? html`<span class="mark" title="Событие отправлено с пометкой «тест»">тест</span>` : nothing
}
