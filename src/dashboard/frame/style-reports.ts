/** The reports: a chart, and the table under it. */
export const reportStyle = `
.reports { margin-top: 1rem; display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 0.75rem; }
.reports li { padding: 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.reports a { font-weight: 600; }
.reports p { margin-top: 0.3rem; font-size: 0.9375rem; color: var(--muted); }
.about { margin-top: 0.4rem; max-width: 60rem; color: var(--muted); }
.report-form { margin-top: 1rem; }
.chart { margin: 0; padding: 0.75rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.chart svg { display: block; width: 100%; height: auto; }
.chart .narrow { display: none; }
.table-box { margin-top: 1rem; overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.numbers { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9375rem; }
.numbers th, .numbers td { padding: 0.45rem 0.75rem; text-align: right; vertical-align: top; overflow-wrap: normal; }
.numbers td { white-space: nowrap; } .numbers td.text { white-space: normal; }
.numbers th:first-child, .numbers .text { text-align: left; }
.numbers .text { min-width: 14rem; }
.numbers thead th { font-size: 0.8125rem; font-weight: 600; color: var(--muted); vertical-align: bottom; }
.numbers tbody th { font-weight: 400; }
.numbers tbody tr, .numbers tfoot tr { border-top: 1px solid var(--line); }
.numbers tbody tr:hover { background: var(--calm-bg); }
.numbers tfoot { font-weight: 600; }
.report-foot { margin-top: 0.75rem; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; }
.caution { margin-top: 1.25rem; padding: 0.75rem 1rem; max-width: 60rem; border-radius: 6px; background: var(--calm-bg); }
@media (max-width: 40rem) {
  .reports { grid-template-columns: 1fr; }
  .chart { padding: 0.25rem; }
  .chart .wide { display: none; }
  .chart .narrow { display: block; }
}
`
