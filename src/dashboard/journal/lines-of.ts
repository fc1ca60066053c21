import type { Session } from '../access/store.ts'
import type { Clock } from '../frame/moments.ts'
import type { Found } from '../search/search.ts'
import { type Asked, spanOf } from './filter.ts'
import type { LineFilter } from './store.ts'

export type Matches = Extract<Found, { kind: 'matches' }>

/** Which lines answer the question, of those that whoever asks may see. */
export function filterOf(asked: Asked, found: Matches | undefined, operator: Session, clock: Clock): LineFilter {
  return {
    ...(found ? { clients: found.people.map((each) => each.id), operations: found.operations } : {}),
    states: asked.state === 'pending' ? ['queued', 'waiting', 'sending'] : asked.state && [asked.state],
    reason: asked.reason,
    channel: asked.channel,
    type: asked.type,
    branch: asked.branch,
    ...spanOf(asked, clock.zone),
    before: asked.cursor,
    within: operator.branches,
  }
}
