import { deskStyle } from './style-desk.ts'
import { listStyle } from './style-lists.ts'

/** Plain enough for the browser of an old office PC: no nesting, no layers, nothing from outside. */
const base = `
:root {
  color-scheme: light dark;
  --bg: #f5f3ef; --surface: #fff; --line: #ddd8cf; --text: #23201c; --muted: #665f55;
  --accent: #97481f; --on-accent: #fff; --link: #8a3f19; --focus: #1a66c9;
  --good: #1c7040; --busy: #1f5ba6; --doubt: #845400; --bad: #b0241c; --calm: #665f55;
  --good-bg: #e6f3ea; --busy-bg: #e6eef9; --doubt-bg: #fbf0d5; --bad-bg: #fbe8e6; --calm-bg: #efece6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #171513; --surface: #211e1b; --line: #3b3631; --text: #ebe6df; --muted: #aaa196;
    --accent: #d9824f; --on-accent: #1d120b; --link: #e9a175; --focus: #7db4ff;
    --good: #74cf99; --busy: #8fbcf5; --doubt: #e6b94e; --bad: #ff9389; --calm: #aaa196;
    --good-bg: #1b2d22; --busy-bg: #1c2737; --doubt-bg: #33290f; --bad-bg: #3a1f1c; --calm-bg: #2b2723;
  }
}
* { box-sizing: border-box; }
html { font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--bg); color: var(--text); overflow-wrap: anywhere; }
main { max-width: 78rem; margin: 0 auto; padding: 1.25rem 1rem 4rem; }
h1, h2, p, ul, ol, dl, dd, blockquote, pre { margin: 0; }
h1 { font-size: 1.5rem; line-height: 1.2; letter-spacing: -0.01em; }
h2 { font-size: 1.1rem; margin: 2rem 0 0.75rem; }
ul, ol { padding: 0; list-style: none; }
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
small { font-size: 0.875rem; color: var(--muted); }
code, pre { font: 0.875em/1.5 ui-monospace, Consolas, "DejaVu Sans Mono", monospace; }
pre { overflow: auto; max-height: 30rem; padding: 0.75rem; border-radius: 6px; background: var(--calm-bg); overflow-wrap: normal; }
summary { cursor: pointer; color: var(--link); width: fit-content; padding: 0.2rem 0; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }

input, select, button { font: inherit; color: inherit; min-height: 2.5rem; max-width: 100%; border-radius: 6px; }
input, select { width: 100%; padding: 0.4rem 0.65rem; border: 1px solid var(--muted); background: var(--surface); }
button { padding: 0.4rem 1.1rem; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; white-space: nowrap; }
button:hover { filter: brightness(1.08); }
button.quiet { background: none; border-color: transparent; color: var(--link); font-weight: 400; padding: 0.4rem 0.6rem; text-decoration: underline; text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
label { display: block; font-size: 0.875rem; color: var(--muted); }
label input, label select { font-size: 1rem; color: var(--text); margin-top: 0.2rem; }

.skip { position: absolute; left: -100vw; top: 0; padding: 0.6rem 1rem; background: var(--surface); z-index: 2; }
.skip:focus { left: 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { color: var(--muted); }
.phone { white-space: nowrap; font-variant-numeric: tabular-nums; }
time { font-variant-numeric: tabular-nums; }
.mark { padding: 0 0.4rem; border-radius: 4px; background: var(--doubt-bg); color: var(--doubt); font-size: 0.8rem; }

.top { background: var(--surface); border-bottom: 1px solid var(--line); }
.top-row { max-width: 78rem; margin: 0 auto; padding: 0.5rem 1rem; display: flex; flex-wrap: wrap; align-items: center; gap: 0.35rem 1rem; }
.brand { display: flex; align-items: center; gap: 0.5rem; color: var(--text); font-weight: 700; text-decoration: none; }
.top nav { display: flex; gap: 0.25rem; }
.top nav a { padding: 0.5rem 0.75rem; border-radius: 6px; color: var(--text); text-decoration: none; }
.top nav a:hover { background: var(--calm-bg); }
.top nav a[aria-current] { background: var(--calm-bg); font-weight: 600; }
.quick { flex: 1 1 16rem; display: flex; gap: 0.5rem; max-width: 34rem; }
.leave { margin-left: auto; display: flex; align-items: center; gap: 0.25rem; }
.user { color: var(--muted); }

.login { max-width: 22rem; margin: 12vh auto 0; padding: 1.75rem; display: grid; gap: 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.login h1 { font-size: 1.75rem; }
.login .quiet { margin-top: -0.75rem; }

.notice { padding: 0.65rem 0.9rem; margin: 0 0 1rem; border-radius: 6px; background: var(--doubt-bg); color: var(--doubt); }
.notice.bad { background: var(--bad-bg); color: var(--bad); margin: 0; }
.empty { padding: 2.5rem 1rem; text-align: center; border: 1px dashed var(--line); border-radius: 12px; }
.empty h2 { margin: 0 0 0.4rem; }
.empty p { color: var(--muted); max-width: 40rem; margin: 0.4rem auto 0; }

.state { display: inline-flex; align-items: baseline; gap: 0.4rem; font-weight: 600; }
.state::before { content: ""; width: 0.55rem; height: 0.55rem; border-radius: 50%; background: currentColor; flex: none; align-self: center; }
.state.good { color: var(--good); } .state.busy { color: var(--busy); } .state.doubt { color: var(--doubt); }
.state.bad { color: var(--bad); } .state.calm { color: var(--calm); }
.state.calm::before { background: none; border: 2px solid currentColor; }
.state.doubt::before { border-radius: 1px; transform: rotate(45deg); }
.state.bad::before { border-radius: 1px; }

.card { padding: 1.25rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.card-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1rem; }
.card-head a { color: inherit; }
.card-head h1 a { text-decoration: none; }
.card-head h1 a:hover { text-decoration: underline; }
.card-head .phone { font-size: 1.2rem; color: var(--link); }
.outlook { margin-top: 0.75rem; padding: 0.65rem 0.9rem; border-radius: 6px; }
.outlook.good { background: var(--good-bg); } .outlook.bad { background: var(--bad-bg); }
.facts { margin-top: 1rem; display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 0.9rem 1.5rem; }
.facts dt { font-size: 0.875rem; color: var(--muted); }
.facts dd small { display: block; }
.card details { margin-top: 1rem; }
.card .why { margin-top: 1rem; }
`

const narrow = `
@media (max-width: 40rem) {
  h1 { font-size: 1.3rem; }
  .filter-grid input { padding-left: 0.4rem; padding-right: 0.3rem; }
  main { padding-top: 1rem; }
  .user { display: none; }
  .brand span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .top-row { gap: 0.35rem 0.5rem; }
  .quick { order: 1; flex-basis: 100%; max-width: none; }
  .facts { grid-template-columns: 1fr; }
  .login { margin-top: 2rem; padding: 1.25rem; }
}
@media print {
  .top, .search, .pager { display: none; }
  body { background: none; }
}
`

export const style = base + listStyle + deskStyle + narrow
