import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Html, html } from '../frame/html.ts'
import type { Clock } from '../frame/moments.ts'
import { type Asked, journalPath } from './filter.ts'
import { lineList } from './line.ts'
import type { Line } from './store.ts'

const everySeconds = 5

/** The newest lines, which keep themselves up to date where scripts are on. `seen` tells what the reader has before him. */
export function liveList(lines: readonly Line[], asked: Asked, clock: Clock): { html: Html; seen: string } {
  const list = lineList(lines, clock)
  const seen = createHash('sha256').update(stateOf(lines)).digest('base64url').slice(0, 16)
  const query = journalPath(asked).split('?')[1]
  const path = `/journal/lines?${query === undefined ? '' : `${query}&`}seen=${seen}`
  return {
    seen,
    html: html`<div class="live" hx-get="${path}" hx-trigger="every ${everySeconds}s" hx-swap="outerHTML">${list}</div>`,
  }
}

/** What of a line can change while it is looked at. */
function stateOf(lines: readonly Line[]): string {
  return lines
    .map(({ id, state, reason, engagement, attempts }) => [id, state, reason, engagement, attempts].join())
    .join(';')
}

export function seenIn(query: unknown): string | undefined {
  return z.object({ seen: z.string() }).safeParse(query).data?.seen
}
