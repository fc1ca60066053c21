import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, momentTag } from '../frame/moments.ts'
import { channelTitle, eventTitle, nameText, phoneText, sentText, stateBadge, testMark } from '../frame/pieces.ts'
import { canTellOf, engagementWords, reasonWords, wordOf } from '../frame/words.ts'
import type { Line } from './store.ts'

/** The journal as a list: one line a message. */
export function lineList(lines: readonly Line[], clock: Clock): Html {
  return html`<ol class="lines" aria-label="Сообщения, новые сверху">
${lines.map((line) => lineItem(line, clock))}
</ol>`
}

function lineItem(line: Line, clock: Clock): Html {
  return html`<li>
<div class="when">${momentTag(line.at, clock)}${line.branch === null ? nothing : html`<small>${line.branch}</small>`}</div>
<div class="who"><a href="/clients/${line.client.id}">${nameText(line.client)}</a>
${line.client.phone === undefined ? nothing : html`<small class="phone">${phoneText(line.client.phone)}</small>`}</div>
<div class="what"><a href="/events/${line.eventId}">${eventTitle(line.type)}</a> ${testMark(line.test)}
${line.operationNumber === null ? nothing : html`<small>${line.operationNumber}</small>`}</div>
<div class="outcome">${stateBadge(line.state)}<small>${outcomeDetail(line)}</small></div>
<div class="text">${sentText(line) ?? html`<span class="quiet">без текста</span>`}</div>
</li>
`
}

/** «Telegram · бот заблокирован» */
function outcomeDetail(line: Line): string {
  const details = [
    ...(line.channel === null ? [] : [channelTitle(line.channel)]),
    ...(line.reason === null ? lostAnswer(line) : [wordOf(reasonWords, line.reason)]),
    ...(line.engagement === null ? cannotTell(line) : [wordOf(engagementWords, line.engagement)]),
  ]
  return details.join(' · ')
}

function lostAnswer({ state }: Line): string[] {
  return state === 'unknown' ? ['ответ потерян'] : []
}

function cannotTell({ state, channel }: Line): string[] {
  const isSilent = state === 'sent' && channel !== null && canTellOf(channel)?.delivered === false
  return isSilent ? ['о доставке не может сообщить'] : []
}
