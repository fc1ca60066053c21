import { wayNames } from '../../channels/channel.ts'
import { deliveryStates, reasons } from '../../deliveries/delivery.ts'
import { eventTypes } from '../../events/event.ts'
import { may } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { searchHint } from '../frame/page.ts'
import { channelTitle, eventTitle } from '../frame/pieces.ts'
import { reasonWords, stateWords } from '../frame/words.ts'
import { type Asked, hasFilters, journalPath } from './filter.ts'
import type { Branch } from './store.ts'

type Choice = { value: string; title: string }

/** The search field and the filters, filled in with what was asked. */
export function searchForm(asked: Asked, branches: readonly Branch[], operator: Session): Html {
  const isFiltered = hasFilters(asked)
  return html`<form class="search" action="/journal" role="search">
<div class="search-row">
<input type="search" name="q" value="${asked.q}" placeholder="${searchHint}" aria-label="${searchHint}" maxlength="300" autocomplete="off" data-hotkey="/">
<button>Найти</button>
</div>
<details class="filters"${isFiltered ? html` open` : nothing}><summary>Фильтры</summary>
<div class="filter-grid">
${select('state', 'Состояние', stateOptions, asked.state)}
${select('reason', 'Причина', reasonOptions, asked.reason)}
${select('channel', 'Канал', channelOptions, asked.channel)}
${select('type', 'Событие', typeOptions, asked.type)}
${select('branch', 'Площадка', branchOptions(branches, asked.branch), asked.branch)}
<label>С дня <input type="date" name="from" value="${asked.from ?? ''}"></label>
<label>По день <input type="date" name="to" value="${asked.to ?? ''}"></label>
</div>
<p class="filter-acts"><button>Показать</button>
${isFiltered ? html`<a href="${journalPath({ q: asked.q })}">Сбросить фильтры</a>` : nothing}</p>
</details>
${may(operator, 'export') ? exportLinks(asked) : nothing}
</form>`
}

function exportLinks(asked: Asked): Html {
  const query = journalPath({ ...asked, cursor: undefined }).split('?')[1]
  const path = (format: string) => `/journal/export.${format}${query === undefined ? '' : `?${query}`}`
  return html`<p class="export">Выгрузить: <a href="${path('xlsx')}" download>Excel</a> <a href="${path('csv')}" download>CSV</a></p>`
}

const stateOptions: readonly Choice[] = [
  { value: 'pending', title: 'ещё в пути' },
  ...deliveryStates.map((value) => ({ value, title: stateWords[value].word })),
]
const reasonOptions: readonly Choice[] = reasons.map((value) => ({ value, title: reasonWords[value] }))
const channelOptions: readonly Choice[] = wayNames.map((value) => ({ value, title: channelTitle(value) }))
const typeOptions: readonly Choice[] = eventTypes.map((value) => ({ value, title: eventTitle(value) }))

/** A branch that is asked for but not known stays visible. */
function branchOptions(branches: readonly Branch[], asked: string | undefined): Choice[] {
  const known = branches.map(({ code, name }) => ({ value: code, title: name }))
  const isKnown = asked === undefined || known.some((each) => each.value === asked)
  return isKnown ? known : [...known, { value: asked, title: asked }]
}

function select(name: string, title: string, choices: readonly Choice[], chosen: string | undefined): Html {
  return html`<label>${title} <select name="${name}"><option value="">все</option>
${choices.map((each) => html`<option value="${each.value}"${each.value === chosen ? html` selected` : nothing}>${each.title}</option>`)}
</select></label>`
}
