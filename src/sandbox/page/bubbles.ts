import { type Html, html, nothing } from '../../dashboard/frame/html.ts'
import { clockText, dayText } from './moments.ts'
import type { Button, Chat, Message } from './source.ts'

const shownAtMost = 200

/** The messages of a chat, the newest last, with the day above the first of each. */
export function bubbles({ messages }: Chat): Html[] {
  const shown = messages.slice(-shownAtMost)
  return shown.flatMap((message, index) => {
    const before = shown[index - 1]
    const isNewDay = before === undefined || dayText(before.at) !== dayText(message.at)
    const day = isNewDay ? [html`<li class="day">${dayText(message.at)}</li>`] : []
    return [...day, bubble(message)]
  })
}

function bubble(message: Message): Html {
  const { from, at, text, hasPhoto, buttons, note } = message
  return html`<li class="${from}"><div class="bubble">
<span class="unseen">${from === 'bot' ? 'Бот' : 'Клиент'}: </span>
${hasPhoto ? html`<p class="photo">Фото</p>` : nothing}
<p class="words" dir="auto">${text === '' ? html`<i>Контакт</i>` : linked(text)}</p>
<p class="foot">${note === undefined ? nothing : html`<span>${note}</span> `}${clockText(at)}${ticks(message)}</p></div>
${buttons.length === 0 ? nothing : html`<div class="rows">${buttonRows(buttons, message.id)}</div>`}</li>`
}

function ticks({ isRead, from }: Message): Html {
  if (isRead === undefined) return nothing
  if (from === 'bot') return isRead ? html` · прочитано` : nothing
  const word = isRead ? 'бот прочитал' : 'бот ещё не прочитал'
  return html` <span class="${isRead ? 'ticks read' : 'ticks'}" title="${word}"><span aria-hidden="true">✓✓</span><span class="unseen">${word}</span></span>`
}

/** Addresses can be tapped, as a phone makes them; the sign that ends a sentence is no part of one. */
function linked(text: string): Html[] {
  return text.split(/(https?:\/\/[^\s<>"«»]*[^\s<>"«».,;:!?)])/).map((part, index) => {
    return index % 2 === 1
      ? html`<a href="${part}" target="_blank" rel="noopener noreferrer">${part}</a>`
      : html`${part}`
  })
}

export function buttonRows(rows: readonly Button[][], messageId: string | undefined): Html[] {
  return rows.map(
    (buttons, row) =>
      html`<div class="row">${buttons.map((button, column) => key(button, buttonValue(row, column, messageId, button.text)))}</div>`,
  )
}

function key({ text, url }: Button, value: string): Html {
  if (url === undefined) return html`<button name="button" value="${value}">${text}</button>`
  return html`<a href="${url}" target="_blank" rel="noopener noreferrer">${text} <span aria-hidden="true">↗</span></a>`
}

/** The text goes along: a message may have been edited since the page was drawn. */
function buttonValue(row: number, column: number, messageId: string | undefined, text: string): string {
  return `${row} ${column} ${messageId ?? ''} ${text}`
}
