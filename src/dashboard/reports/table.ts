import type { ReportAnswer } from '../../reports/ask.ts'
import { type Column, dimensionTitles, type Row } from '../../reports/report.ts'
import { valueText } from '../../reports/words.ts'
import { type Html, html } from '../frame/html.ts'

/** Wider than a phone, it scrolls in its own box, by keyboard too. */
export function reportTable({ report, columns, rows, total, slice }: ReportAnswer): Html {
  return html`<div class="table-box" tabindex="0" role="region" aria-label="Таблица: ${report.title}">
<table class="numbers">
<thead><tr><th scope="col">${dimensionTitles[slice.by]}</th>${columns.map((each) => html`<th scope="col" class="${each.unit}">${each.title}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr><th scope="row">${slice.by === 'day' ? dayText(row.title) : row.title}</th>${cells(columns, row)}</tr>`)}
</tbody>
${total ? html`<tfoot><tr><th scope="row">Итого</th>${cells(columns, total)}</tr></tfoot>` : ''}
</table></div>`
}

function cells(columns: readonly Column[], row: Row): Html {
  return html`${columns.map((each) => html`<td class="${each.unit}">${valueText(row[each.key], each)}</td>`)}`
}

/** «23.11.2025» */
function dayText(day: string): string {
  return day.split('-').reverse().join('.')
}
