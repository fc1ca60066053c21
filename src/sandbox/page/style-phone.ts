/** One chat as a phone shows it. */
export const phoneStyle = `
.phone { min-width: 0; overflow: clip; border: 1px solid var(--line); border-radius: 1.4rem; background: var(--surface); }
.phone.empty { padding: 3rem 1.5rem; text-align: center; color: var(--muted); }
.phone > header { display: flex; align-items: center; gap: .7rem; padding: .7rem .9rem; background: var(--head); color: #fff; }
.phone > header .face { background: #fff; color: #29323d; }
.phone > header div { min-width: 0; }
.phone > header p { font-size: .85rem; overflow-wrap: anywhere; }
.acts { padding: .5rem .75rem; border-bottom: 1px solid var(--line); }
#acts, #rare { display: flex; flex-wrap: wrap; gap: .4rem; }
.rare { font-size: .9rem; }
.rare summary { width: fit-content; padding: .3rem 0 .2rem; }
.acts button { min-height: 2.1rem; padding: .15rem .7rem; font-size: .9rem; }

/* Reversed, a box stays scrolled to its end as it grows, without a script. */
.screen { display: flex; flex-direction: column-reverse; height: min(58vh, 34rem); min-height: 18rem; overflow-y: auto; background: var(--wall); }
.screen:focus-visible { outline-offset: -3px; }
.screen form { padding: .6rem .75rem; }
#bubbles { display: grid; gap: .4rem; }
.day { justify-self: center; padding: .05rem .7rem; border-radius: 1rem; background: color-mix(in srgb, var(--surface) 75%, transparent); font-size: .8rem; }
.bot, .person { position: relative; max-width: 86%; min-width: 0; justify-self: start; }
.person { justify-self: end; }
.bubble { padding: .4rem .7rem .25rem; border-radius: .9rem .9rem .9rem .25rem; background: var(--other); box-shadow: 0 1px 1px rgb(0 0 0 / .12); }
.person .bubble { border-radius: .9rem .9rem .25rem .9rem; background: var(--own); }
.words { white-space: pre-wrap; overflow-wrap: anywhere; }
.photo { display: grid; place-items: center; min-width: 12rem; height: 6rem; margin: .2rem 0 .4rem; border-radius: .6rem; background: color-mix(in srgb, var(--muted) 25%, transparent); }
.foot { text-align: right; font-size: .75rem; color: var(--small); }
.ticks { letter-spacing: -.35em; margin-right: .35em; }
.ticks.read { color: var(--tick); }
.rows, .keys .row { display: grid; gap: .25rem; }
.rows { margin-top: .25rem; }
.row { display: flex; gap: .25rem; }
.row > * { flex: 1; display: grid; grid-auto-flow: column; gap: .3rem; place-content: center; align-items: center; min-width: 0; min-height: 2.4rem; padding: .3rem .6rem; border: 0; border-radius: .6rem; background: var(--key); color: var(--on-key); text-align: center; text-decoration: none; overflow-wrap: anywhere; }
.notice { margin: .5rem .75rem 0; padding: .4rem .8rem; border-radius: .6rem; background: #29323d; color: #fff; font-size: .9rem; }
.say { display: flex; gap: .4rem; padding: .6rem .75rem; }
.say input { border-radius: 1.3rem; padding-inline: 1rem; }
.say button { flex: none; width: 2.6rem; padding: 0; border: 0; border-radius: 50%; background: var(--accent); color: var(--on-accent); }
.keys { padding: 0 .75rem; }
#keys { display: grid; gap: .25rem; }
#keys:not(:empty) { padding-bottom: .6rem; }
.keys .row { display: flex; }
.link { padding: 0 .9rem .6rem; }
.link form { display: flex; flex-wrap: wrap; align-items: end; gap: .5rem; }
.link label { flex: 1 1 10rem; }
`
