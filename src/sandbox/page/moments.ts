import { type Html, html } from '../../dashboard/frame/html.ts'

/** The clients of the sandbox live in Moscow. */
const timeZone = 'Europe/Moscow'
const clock = new Intl.DateTimeFormat('ru-RU', { timeZone, hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('ru-RU', { timeZone, day: 'numeric', month: 'long' })
const whole = new Intl.DateTimeFormat('ru-RU', { timeZone, dateStyle: 'long', timeStyle: 'medium' })

export function clockText(at: Date): Html {
  return html`<time datetime="${at.toISOString()}" title="${whole.format(at)} МСК">${clock.format(at)}</time>`
}

/** «23 ноября», as it stands between the messages of two days. */
export function dayText(at: Date): string {
  return day.format(at)
}
