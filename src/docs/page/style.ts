/** What the dashboard's own style does not have. */
export const docsStyle = `
.docs { max-width: 60rem; }
.docs p { margin: 0.6rem 0 0; max-width: 46rem; }
.docs .lead { font-size: 1.1rem; color: var(--muted); }
.docs h2 { font-size: 1.35rem; margin: 3rem 0 0.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.docs h3 { font-size: 1.1rem; margin: 1.75rem 0 0.5rem; }
.docs h4 { font-size: 1rem; margin: 1.5rem 0 0.5rem; }
.docs details { margin-top: 0.4rem; }
.docs pre { margin-top: 0.5rem; }
.docs .leave { padding: 0.5rem 0; }
.plain { padding-left: 1.2rem; list-style: disc; margin-top: 0.6rem; max-width: 46rem; }
.plain li + li { margin-top: 0.3rem; }
.docs code { background: var(--calm-bg); border-radius: 4px; padding: 0.1em 0.3em; }
.docs a code { color: inherit; }

.contents { margin-top: 1.25rem; padding: 0.9rem 1.1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.contents li { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline; padding: 0.2rem 0; }

.call { margin-top: 1.25rem; padding: 0.25rem 1.25rem 1.25rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.call h3 { display: flex; flex-wrap: wrap; gap: 0.3rem 0.6rem; align-items: center; margin-top: 1rem; }
.call h3 code { background: none; padding: 0; font-size: 1.05rem; }
.call .lead { margin-top: 0; color: var(--text); font-weight: 600; }
.call .place { color: var(--muted); font-size: 0.875rem; }
.verb { padding: 0.15rem 0.55rem; border-radius: 6px; font-size: 0.8rem; font-weight: 700; letter-spacing: 0.03em; color: var(--busy); background: var(--busy-bg); }
.verb.post { color: var(--good); background: var(--good-bg); }
.verb.put { color: var(--doubt); background: var(--doubt-bg); }
.verb.delete { color: var(--bad); background: var(--bad-bg); }

.fields { margin-top: 0.5rem; border-top: 1px solid var(--line); }
.fields > div { display: grid; grid-template-columns: minmax(11rem, 17rem) 1fr; gap: 0.1rem 1.25rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
.fields dt b { font-size: 0.8rem; font-weight: 600; color: var(--doubt); white-space: nowrap; }
.fields dt small { display: block; }
.errors dt small { display: inline; }
.fields > div:target { background: var(--doubt-bg); box-shadow: 0 0 0 0.5rem var(--doubt-bg); border-radius: 2px; }
.advice { display: block; margin-top: 0.15rem; color: var(--muted); }
.codes li { display: flex; flex-wrap: wrap; gap: 0.2rem 0.6rem; align-items: baseline; padding: 0.25rem 0; }
.codes a { text-underline-offset: 0.35em; }
.codes b { min-width: 2.5rem; font-variant-numeric: tabular-nums; }

@media (max-width: 40rem) {
  .call { padding: 0.1rem 0.9rem 0.9rem; }
  .docs .user { display: inline; }
  .fields > div { grid-template-columns: 1fr; }
  .fields dt small { display: inline; margin-left: 0.4rem; }
}
@media print {
  .docs details > * { display: block; }
  .call { border: 0; padding: 0; }
}
`
