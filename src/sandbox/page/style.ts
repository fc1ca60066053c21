import { phoneStyle } from './style-phone.ts'

/** Light and dark by the system; the colours of a phone are those of its messenger. */
export const style = `
:root { color-scheme: light dark; --bg: #eef0f3; --surface: #fff; --text: #1b2430; --muted: #56616f; --line: #d5dae1; --field: #868f9b;
  --bad-bg: #fdecea; --bad: #a3261b; --warn-bg: #fff4dc; --warn-line: #e2bd64; --focus: #1857c4; }
body { --accent: #1f6fb0; --on-accent: #fff; --head: #2b6f9f; --wall: #cfe0d2; --own: #e1fbc8; --other: #fff; --key: #1f6fb0; --on-key: #fff; --tick: #1775c4; --small: #45535f; }
body[data-messenger=vk] { --accent: #2468c4; --head: #2a5ea8; --wall: #e6ebf2; --own: #d4e6ff; --key: #2468c4; }
body[data-messenger=max] { --accent: #5a3fd0; --head: #5a3fd0; --wall: #e6e2f8; --own: #d9d0ff; --key: #5a3fd0; }
body[data-messenger=whatsapp] { --accent: #0d7a5f; --head: #0b6b54; --wall: #ece5dc; --own: #d9fdd3; --key: #0d7a5f; --tick: #0a74b8; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #12161b; --surface: #1c222a; --text: #e6eaef; --muted: #a2adb9; --line: #343d48; --field: #7b8794;
    --bad-bg: #431d1a; --bad: #ffb4ab; --warn-bg: #3a2f14; --warn-line: #80682e; --focus: #8ab8ff; }
  body { --accent: #6db3ea; --on-accent: #0a1a28; --head: #24455c; --wall: #0f1a22; --own: #2b5278; --other: #1f2c37; --key: #2f4a60; --tick: #8ecbff; --small: #c3cfda; }
  body[data-messenger=vk] { --accent: #83b4f5; --head: #24375a; --wall: #14181f; --own: #27456f; --other: #242b35; --key: #31405a; }
  body[data-messenger=max] { --accent: #b3a2ff; --head: #3a2d80; --wall: #16132a; --own: #46389a; --other: #272338; --key: #40386a; --small: #c6c0dd; }
  body[data-messenger=whatsapp] { --accent: #4cc9a4; --head: #12483b; --wall: #0d1518; --own: #0b5142; --other: #202c33; --key: #1d4d42; --tick: #7cd4ff; --small: #b9c6cc; }
}

*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; font: 16px/1.4 system-ui, sans-serif; background: var(--bg); color: var(--text); }
h1, h2, p, ul, ol { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h2 { font-size: 1.1rem; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; display: inline-block; padding: .5rem 1rem; }

button, input, select { font: inherit; color: inherit; }
button { min-height: 2.4rem; padding: .3rem .8rem; border: 1px solid var(--field); border-radius: .6rem; background: var(--surface); cursor: pointer; }
button:hover { filter: brightness(.96); }
button.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
input:not([type=radio]), select { width: 100%; min-height: 2.4rem; padding: .3rem .6rem; border: 1px solid var(--field); border-radius: .6rem; background: var(--surface); }
summary { padding: .4rem 0; cursor: pointer; color: var(--accent); }

.top { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1.5rem; max-width: 84rem; margin: 0 auto; padding: .9rem 1rem .5rem; }
h1 { font-size: 1.35rem; }
.complaint { max-width: 82rem; margin: 0 auto .5rem; padding: .6rem .9rem; border-radius: .6rem; background: var(--bad-bg); color: var(--bad); }

.desk { display: grid; grid-template-columns: 17rem minmax(20rem, 27rem) minmax(18rem, 1fr); gap: 1rem; align-items: start; justify-content: center; max-width: 84rem; margin: 0 auto; padding: 0 1rem 1.5rem; }
.chats, .faults { padding: .9rem; background: var(--surface); border: 1px solid var(--line); border-radius: 1rem; }
@media (max-width: 68rem) { .desk { grid-template-columns: minmax(14rem, 17rem) minmax(18rem, 1fr); } .faults { grid-column: 1 / -1; } }
@media (max-width: 44rem) { .desk { grid-template-columns: minmax(0, 1fr); padding: 0 .6rem 1rem; gap: .75rem; } .top { padding-inline: .9rem; } }

.chats ul { margin: .5rem 0; max-height: 28rem; overflow-y: auto; padding: 3px; }
@media (max-width: 44rem) { .chats ul { max-height: 13rem; } }
.chats li a { display: grid; grid-template-columns: 2.6rem minmax(0, 1fr) auto; gap: 0 .6rem; align-items: center; padding: .45rem; border-radius: .7rem; color: inherit; text-decoration: none; }
.chats li a:hover { background: var(--bg); }
.chats li a[aria-current] { background: color-mix(in srgb, var(--accent) 14%, transparent); }
.face { flex: none; display: grid; place-items: center; grid-row: span 2; width: 2.6rem; height: 2.6rem; border-radius: 50%; background: var(--head); color: #fff; font-weight: 600; }
.line-name { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.line-last { grid-column: 2; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: .9rem; color: var(--muted); }
.line-last:last-child { grid-column: 2 / -1; }
.chats time { font-size: .8rem; color: var(--muted); }
.unread { position: relative; min-width: 1.4rem; padding: 0 .4rem; border-radius: .7rem; background: var(--accent); color: var(--on-accent); font-size: .8rem; text-align: center; }
.chats form { display: grid; gap: .6rem; padding-top: .3rem; }

.faults fieldset { margin: .75rem 0; padding: 0; border: 0; min-width: 0; }
.faults legend { padding: 0 0 .4rem; color: var(--muted); }
#offers { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: .15rem .75rem; }
.offer { display: flex; gap: .6rem; padding: .4rem .5rem; border-radius: .6rem; cursor: pointer; }
.offer:has(:checked) { background: color-mix(in srgb, var(--accent) 14%, transparent); }
.offer input { flex: none; width: 1.1rem; height: 1.1rem; margin: .2rem 0 0; accent-color: var(--accent); }
.offer b { display: block; font-weight: 600; }
.offer small { display: block; font-size: .875rem; color: var(--muted); }
.fault-numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .6rem; margin-bottom: .75rem; }
.fault-form:not(:has(:checked[data-takes*=seconds])) .seconds, .fault-form:not(:has(:checked[data-takes*=whom])) .whom { display: none; }
.calm { margin-top: .4rem; color: var(--muted); }
.armed { margin: .5rem 0; padding: .5rem .75rem; border: 1px solid var(--warn-line); border-radius: .6rem; background: var(--warn-bg); }
.armed li + li { margin-top: .25rem; }
${phoneStyle}`
