/** The lists: journal, time line, people, the day. */
export const listStyle = `
.search { margin-bottom: 1.25rem; padding: 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.search-row { display: flex; gap: 0.5rem; }
.search-row input { font-size: 1.1rem; min-height: 2.9rem; min-width: 0; }
.search-row button { min-height: 2.9rem; }
.filters { margin-top: 0.5rem; }
.filter-grid { margin-top: 0.5rem; display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.75rem; }
.filter-acts { margin-top: 0.9rem; display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1.25rem; }
.found { margin-bottom: 0.9rem; color: var(--muted); }

.people { margin-bottom: 1.5rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.people li { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.1rem 1rem; padding: 0.6rem 1rem; }
.people li + li { border-top: 1px solid var(--line); }

.lines { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.lines > li { display: grid; grid-template-columns: 10rem 12.5rem 11.5rem 13rem 1fr; gap: 0.2rem 1rem; padding: 0.7rem 1rem; }
.lines > li + li { border-top: 1px solid var(--line); }
.lines > li:hover { background: var(--calm-bg); }
.lines small { display: block; }
.lines .who a { font-weight: 600; color: var(--text); text-decoration-color: var(--line); }
.lines .who a:hover { text-decoration-color: currentColor; }
.lines .who, .lines .when { hyphens: auto; }
.lines .text { font-size: 0.9375rem; }
.pager { margin-top: 1rem; display: flex; gap: 1.25rem; }
.pager a { padding: 0.5rem 0; }

.story { border-left: 2px solid var(--line); margin-left: 0.4rem; }
.story > li { position: relative; margin: 0 0 1rem 1.1rem; padding: 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.story > li::before { content: ""; position: absolute; left: -1.6rem; top: 1.4rem; width: 0.7rem; height: 0.7rem; border-radius: 50%; background: var(--muted); border: 2px solid var(--bg); }
.story > li:target { border-color: var(--accent); }
.chapter-head { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline; }
.chapter-head time { font-weight: 600; }
.chapter-state { margin-top: 0.25rem; display: flex; flex-wrap: wrap; gap: 0 0.75rem; }
.unsent { margin-top: 0.6rem; }
.story .unsent + blockquote { background: none; border: 1px dashed var(--line); margin-top: 0.2rem; }
.story blockquote { margin-top: 0.6rem; padding: 0.6rem 0.9rem; max-width: 44rem; border-radius: 10px; border-bottom-left-radius: 2px; background: var(--calm-bg); white-space: pre-line; }
.why { margin-top: 0.75rem; padding: 0.65rem 0.9rem; border-radius: 6px; border-left: 4px solid currentColor; }
.why p, .why ul { color: var(--text); }
.why ul { padding-left: 1.2rem; list-style: disc; }
.why.bad { background: var(--bad-bg); color: var(--bad); }
.why.doubt { background: var(--doubt-bg); color: var(--doubt); }
.why.calm { background: var(--calm-bg); color: var(--muted); }
.receipts { margin-top: 0.6rem; }
.story details { margin-top: 0.5rem; }
.attempts { margin-top: 0.3rem; }
.attempts li { padding: 0.3rem 0; }
.attempts li + li { border-top: 1px solid var(--line); }
.attempts small { display: block; }

.tiles { margin-top: 1rem; display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.75rem; }
.tiles a { display: block; height: 100%; padding: 0.8rem 1rem; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); color: var(--text); text-decoration: none; }
.tiles a:hover { border-color: var(--muted); }
.tiles b { display: block; font-size: 1.75rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles .good b { color: var(--good); } .tiles .busy b { color: var(--busy); } .tiles .doubt b { color: var(--doubt); } .tiles .bad b { color: var(--bad); }
.waiting { margin-top: 1rem; padding: 0.65rem 0.9rem; border-radius: 6px; background: var(--busy-bg); }

.hands, .weather { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.hands li, .weather li { padding: 0.7rem 1rem; }
.hands li + li, .weather li + li { border-top: 1px solid var(--line); }
.hands a, .hand { display: flex; flex-wrap: wrap; gap: 0 0.75rem; color: var(--text); text-decoration: none; }
.hands a:hover span + span { text-decoration: underline; }
.hands b { margin-left: auto; font-variant-numeric: tabular-nums; }
.hands + .quiet, .weather + .quiet { margin-top: 0.5rem; font-size: 0.875rem; }
.weather b { display: inline-block; min-width: 6rem; }

@media (max-width: 64rem) {
  .lines > li { grid-template-columns: 1fr 1fr; }
  .lines .text { grid-column: 1 / -1; }
}
@media (max-width: 40rem) {
  .lines > li { grid-template-columns: 1fr; gap: 0.35rem; }
  .lines .when, .lines .who, .lines .what, .lines .outcome { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline; }
  .story { border-left: 0; margin-left: 0; }
  .story > li { margin-left: 0; }
  .story > li::before { display: none; }
}
`
