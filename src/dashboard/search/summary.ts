import { readPhone } from '../../lib/phone.ts'
import { plural } from '../../lib/russian/plural.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { emptyState, nameText, phoneText } from '../frame/pieces.ts'
import type { Found } from './search.ts'
import type { Person } from './store.ts'

type Matches = Extract<Found, { kind: 'matches' }>

/** One sentence on what was found and how; or why nothing was. */
export function foundSummary(q: string, found: Matches): Html {
  if (found.people.length === 0 && found.operations.length === 0) return nobody(q, found)
  const counts = [
    ...counted(found.people.length, { one: 'клиент', few: 'клиента', many: 'клиентов' }),
    ...counted(found.operations.length, { one: 'документ', few: 'документа', many: 'документов' }),
  ]
  const more = found.hasMore ? ' Показаны не все: уточните запрос.' : ''
  return html`<p class="found">Найдено ${found.by}: ${counts.join(', ')}.${more} ${found.limits ?? ''}</p>`
}

function counted(count: number, forms: { one: string; few: string; many: string }): string[] {
  return count === 0 ? [] : [`${count}\u00a0${plural(count, forms)}`]
}

function nobody(q: string, found: Matches): Html {
  const hint = hintOf(q)
  return html`${emptyState(`Ничего не нашлось по запросу «${q}»`, [hint, found.limits].filter((each) => each !== undefined).join(' '))}`
}

function hintOf(q: string): string {
  const reading = /^[\d\s()+.-]+$/.test(q) ? readPhone(q) : undefined
  if (reading?.kind === 'phone') return `Телефон ${phoneText(reading.phone)} не встречался ни в одном событии.`
  if (reading?.kind === 'invalid' && reading.expected !== undefined) {
    return `Если это телефон, то цифр в нём ${reading.digits} вместо ${reading.expected}. Если номер документа, введите его целиком.`
  }
  return 'Проверьте написание. Искать можно по телефону в любом виде, имени или фамилии, номеру ПСА, коду документа, клиента или события.'
}

/** Several people fit: each leads to his own page. */
export function peopleList(people: readonly Person[]): Html {
  if (people.length === 0) return nothing
  return html`<ul class="people" aria-label="Найденные клиенты">
${people.map(
  (each) => html`<li><a href="/clients/${each.id}">${nameText(each)}</a>
${each.phone === undefined ? nothing : html`<span class="phone">${phoneText(each.phone)}</span>`}
${each.branch === null ? nothing : html`<small>${each.branch}</small>`}</li>`,
)}
</ul>`
}
