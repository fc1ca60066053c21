import { channelNames } from '../../channels/channel.ts'
import { keptTypes } from '../../events/kept.ts'
import type { KnownBranch } from '../../events/store/branches.ts'
import { type Dimension, dimensionTitles, type Report, type Slice } from '../../reports/report.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { channelTitle, eventTitle } from '../frame/pieces.ts'
import { sourceTitle } from '../frame/words.ts'

type Choice = { value: string; title: string }

/** Which days, how broken down, and of what only; each report offers what it can. */
export function reportForm(report: Report, slice: Slice, branches: readonly KnownBranch[]): Html {
  const chosen = { ...slice, branch: slice.branches?.[0] }
  const choices = {
    branch: branches.map(({ code, name }) => ({ value: code, title: name ?? code })),
    channel: channelNames.map((value) => ({ value, title: channelTitle(value) })),
    type: keptTypes.map((value) => ({ value, title: eventTitle(value) })),
    source: ['1c', 'vtorium'].map((value) => ({ value, title: sourceTitle(value) })),
  }
  return html`<form class="search report-form" action="/reports/${report.name}">
<div class="filter-grid">
<label>С дня <input type="date" name="from" value="${slice.from}"></label>
<label>По день <input type="date" name="to" value="${slice.to}"></label>
${select('by', 'Разрез', report.by.map(breakdown), slice.by)}
${report.narrows.map((name) => select(name, dimensionTitles[name], withChosen(choices[name], chosen[name]), chosen[name], 'все'))}
</div>
<p class="filter-acts"><button>Показать</button></p>
</form>`
}

function breakdown(value: Dimension): Choice {
  return { value, title: dimensionTitles[value].toLowerCase() }
}

/** What is asked for but not known stays visible. */
function withChosen(choices: readonly Choice[], chosen: string | undefined): readonly Choice[] {
  const isKnown = chosen === undefined || choices.some((each) => each.value === chosen)
  return isKnown ? choices : [...choices, { value: chosen, title: chosen }]
}

function select(
  name: string,
  title: string,
  choices: readonly Choice[],
  chosen: string | undefined,
  all?: string,
): Html {
  return html`<label>${title} <select name="${name}">${all === undefined ? nothing : html`<option value="">${all}</option>`}
${choices.map((each) => html`<option value="${each.value}"${each.value === chosen ? html` selected` : nothing}>${each.title}</option>`)}
</select></label>`
}

/** The address of a report with these questions. */
export function reportPath(report: Report, slice: Slice, format?: 'csv' | 'json'): string {
  const { from, to, by, branches, channel, type, source } = slice
  const query = new URLSearchParams({ from, to, by })
  const more = { branch: branches?.[0], channel, type, source, format }
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, value)
  return `/reports/${report.name}?${query}`
}
