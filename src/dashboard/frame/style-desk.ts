/** Forms, settings, the editor of templates. */
export const deskStyle = `
textarea { font: inherit; color: var(--text); width: 100%; padding: 0.5rem 0.65rem; border: 1px solid var(--muted); border-radius: 6px; background: var(--surface); resize: vertical; }
label textarea { margin-top: 0.2rem; font-size: 1rem; }
button.small, a.button { min-height: 2.25rem; padding: 0.25rem 0.8rem; font-size: 0.9375rem; }
button.small { background: none; color: var(--link); }
button.small.quiet { border-color: transparent; }
button.small.danger { border-color: var(--bad); color: var(--bad); }
a.button { display: inline-flex; align-items: center; border: 1px solid var(--accent); border-radius: 6px; color: var(--link); font-weight: 600; text-decoration: none; }
a.button:hover { background: var(--calm-bg); }
.act { margin-top: 0.6rem; }
.row-acts .act, .hand .act { margin: 0; }
.row-acts, .hand-acts { display: flex; flex-wrap: wrap; gap: 0.4rem; }
.hand-acts .act { margin-top: 0.4rem; }
.hand { align-items: center; }
.hand b + form { margin-left: 0; }
.again { margin-top: 0.6rem; }
.again form { margin-top: 0.4rem; padding: 0.75rem; border: 1px solid var(--line); border-radius: 8px; display: grid; gap: 0.6rem; max-width: 30rem; }
.again button { justify-self: start; }
.connect { margin-top: 1rem; }
.connect:target { outline: 2px solid var(--focus); outline-offset: 4px; border-radius: 4px; }
.export { margin-top: 0.6rem; font-size: 0.9375rem; color: var(--muted); }
.export a { margin-left: 0.5rem; }

.notice.good { background: var(--good-bg); color: var(--text); }
.notice .secret, .secret { display: inline-block; margin: 0.2rem 0; padding: 0.15rem 0.5rem; border-radius: 4px; background: var(--surface); border: 1px solid var(--line); font-size: 1rem; user-select: all; }
.filter-grid.card { margin: 0 0 1rem; padding: 1rem; align-items: end; }
.filter-grid.card .filter-acts { margin: 0; }
.settings-body > .quiet + .form { margin-top: 0.9rem; }
.lead { margin: 0.4rem 0 1.25rem; max-width: 46rem; color: var(--muted); }
.tabs { display: flex; flex-wrap: wrap; gap: 0.25rem; margin: 0.75rem 0 1rem; }
.tabs a { padding: 0.4rem 0.75rem; border-radius: 6px; color: var(--text); text-decoration: none; }
.tabs a:hover { background: var(--calm-bg); }
.tabs a[aria-current] { background: var(--calm-bg); font-weight: 600; }
.side-part h2 { margin-bottom: 0.2rem; }
.side-part .rows { margin-top: 0.6rem; }
.count { font-size: 1.25rem; font-variant-numeric: tabular-nums; }

.rows { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.rows > li { padding: 0.75rem 1rem; display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0.4rem 1rem; }
.rows > li + li { border-top: 1px solid var(--line); }
.rows > li.stack { display: block; }
.rows .row { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0.4rem 1rem; }
.rows b + .state, .rows code + .state { margin-left: 0.35rem; }
.rows small { display: block; margin-top: 0.15rem; }
.rows details { margin-top: 0.4rem; }
.rows b a, .rows a b { color: var(--text); }
.rows.audit > li { display: grid; grid-template-columns: 9rem 1fr; align-items: baseline; }
.rows + .quiet { margin-top: 0.5rem; font-size: 0.875rem; }
.template-text { margin-top: 0.3rem; color: var(--muted); font-size: 0.9375rem; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }

.settings { display: grid; grid-template-columns: 12.5rem minmax(0, 1fr); gap: 1.5rem 2rem; align-items: start; }
.side { display: grid; gap: 0.1rem; position: sticky; top: 1rem; }
.side a { padding: 0.45rem 0.75rem; border-radius: 6px; color: var(--text); text-decoration: none; }
.side a:hover { background: var(--calm-bg); }
.side a[aria-current] { background: var(--calm-bg); font-weight: 600; }
.settings-body h1 { margin-bottom: 0.6rem; }

.form { display: grid; gap: 0.9rem; }
.form > p, .form .quiet { margin: 0; }
.form.card { max-width: 40rem; }
.form fieldset { margin: 0; min-width: 0; display: grid; gap: 0.9rem; }
fieldset.card { border: 1px solid var(--line); border-radius: 12px; padding: 0.9rem 1.25rem 1.25rem; max-width: 40rem; background: var(--surface); }
fieldset.card > legend { padding: 0 0.4rem; font-weight: 700; }
fieldset.checks { border: 0; padding: 0; gap: 0.35rem; }
fieldset.checks legend { padding: 0; font-size: 0.875rem; color: var(--muted); }
.check { display: flex; gap: 0.5rem; align-items: baseline; color: var(--text); font-size: 0.9375rem; }
.check input { width: auto; min-height: 0; margin: 0; flex: none; }
label small { display: block; margin-top: 0.2rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0.9rem; align-items: start; }
.form.inline { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: end; }
.form.inline label { flex: 1 1 10rem; max-width: 22rem; }
.form-end { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.75rem; }
details .form { margin-top: 0.6rem; }

.editor { margin-top: 1rem; display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1.5rem; align-items: start; }
.editor textarea { min-height: 12rem; }
.problems { display: grid; gap: 0.3rem; margin-bottom: 1rem; }
.problems li { padding: 0.45rem 0.75rem; border-radius: 6px; background: var(--doubt-bg); }
.problems li.bad { background: var(--bad-bg); }
.phones { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 0.9rem; align-items: start; }
.phone-look { margin: 0; padding: 0.75rem; border: 1px solid var(--line); border-radius: 16px; background: var(--calm-bg); }
.phone-look figcaption { font-size: 0.8125rem; color: var(--muted); margin-bottom: 0.4rem; }
.bubble { padding: 0.6rem 0.8rem; border-radius: 12px; border-bottom-left-radius: 3px; background: var(--surface); white-space: pre-line; }
.bubble-buttons { margin-top: 0.4rem; display: grid; gap: 0.3rem; }
.bubble-buttons li { padding: 0.35rem; border-radius: 8px; text-align: center; background: var(--surface); color: var(--link); font-size: 0.9375rem; }
.tried { display: grid; gap: 0.5rem; margin-top: 0.5rem; }
.diff { white-space: pre-wrap; padding: 0.6rem 0.8rem; border-radius: 8px; background: var(--calm-bg); }
.diff ins { background: var(--good-bg); color: var(--good); text-decoration: none; font-weight: 600; }
.diff del { background: var(--bad-bg); color: var(--bad); }
.variables { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 0.75rem 1.5rem; margin-top: 0.6rem; }
.variables small { display: block; }

@media (max-width: 60rem) {
  .settings { grid-template-columns: minmax(0, 1fr); }
  .side { position: static; display: flex; flex-wrap: wrap; gap: 0.25rem; }
  .side a { padding: 0.35rem 0.6rem; background: var(--surface); border: 1px solid var(--line); font-size: 0.9375rem; }
  .editor { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 40rem) {
  .act button { white-space: normal; }
  .top nav { order: 1; flex-basis: 100%; }
  .top .quick { order: 2; }
  .rows.audit > li { grid-template-columns: 1fr; gap: 0.1rem; }
  .top nav { flex-wrap: wrap; gap: 0; }
  .top nav a { padding: 0.4rem 0.5rem; }
}
.asked { margin: 0.4rem 0; padding: 0.6rem 0.9rem; border-radius: 8px; background: var(--calm-bg); white-space: pre-line; overflow-wrap: anywhere; }
.hash { overflow-wrap: anywhere; font-size: 0.8rem; }
.panel { margin-top: 0.75rem; }
.panel h2 { margin: 0; }
.panel h3 { margin-top: 0.5rem; font-size: 1rem; }
.panel details { margin-top: 0.4rem; }
.panel .hand-acts { margin-top: 0.25rem; }
@media (min-width: 64rem) { .top nav a { padding-inline: 0.45rem; } .top .quick { min-width: 0; flex: 1 1 10rem; } }
.doubles ul { padding-left: 1.2rem; }
.slip { margin: 1rem 0; }
.slip svg { max-width: 100%; height: auto; }
@media print { .unprinted, header.top { display: none; } .slip { margin: 0; } }
`
