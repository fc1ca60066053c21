import type { ChannelName } from '../channels/channel.ts'
import type { Message } from '../channels/message.ts'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import type { Event, EventType } from '../events/event.ts'
import { isFact } from '../events/kept.ts'
import { eventsByIds } from '../events/store/read.ts'
import { type RecentEvent, recentEvents } from '../events/store/recent.ts'
import type { EventId } from '../lib/ids.ts'
import { keyBy } from '../lib/list.ts'
import { maskedEvent } from './mask.ts'
import type { Wording } from './wording.ts'

export type TryNeeds = { db: Queryable; vault: Vault }

export type TryWhere = { type: EventType; branchCode: string | null; channel: ChannelName | null; advertising: boolean }

export type Tried = {
  eventId: EventId
  at: Date
  channel: ChannelName | null
  now: { ok: true; message: Message } | { ok: false; error: string }
  draft: { ok: true; message: Message } | { ok: false; error: string }
}

/** A text on the last real events of its type, names and phones masked, beside what they get at present. */
export async function tryOnRecent(
  needs: TryNeeds,
  wordings: { now: Wording; draft: Wording },
  where: TryWhere,
  limit: number,
): Promise<Tried[]> {
  return await tryAll(needs, wordings, where, await recentEvents(needs.db, { ...where, limit }))
}

export type ShadowRun = {
  total: number
  /** More events than are looked at: only the newest were. */
  isCut: boolean
  same: number
  different: number
  failed: number
  /** The newest first. */
  differences: Tried[]
}

const mostEvents = 5_000
const mostDifferences = 50
const batchSize = 500

/** A period's real events through a draft: what would have read differently. Sends nothing and keeps nothing. */
export async function shadowRun(
  needs: TryNeeds,
  wordings: { now: Wording; draft: Wording },
  where: TryWhere,
  period: { from: Date; to: Date },
): Promise<ShadowRun> {
  const found = await recentEvents(needs.db, { ...where, ...period, limit: mostEvents + 1 })
  const events = found.slice(0, mostEvents)
  const run: ShadowRun = {
    total: 0,
    isCut: found.length > mostEvents,
    same: 0,
    different: 0,
    failed: 0,
    differences: [],
  }
  for (let from = 0; from < events.length; from += batchSize) {
    const tried = await tryAll(needs, wordings, where, events.slice(from, from + batchSize))
    for (const each of tried) {
      const kind = !each.draft.ok ? 'failed' : isSame(each) ? 'same' : 'different'
      run.total += 1
      run[kind] += 1
      if (kind !== 'same' && run.differences.length < mostDifferences) run.differences.push(each)
    }
  }
  return run
}

function isSame({ now, draft }: Tried): boolean {
  return now.ok && draft.ok && now.message.text === draft.message.text
}

/** At the moment of each event, so that its time reads as the client read it. Events of erased clients are left out. */
async function tryAll(
  needs: TryNeeds,
  wordings: { now: Wording; draft: Wording },
  where: TryWhere,
  events: readonly RecentEvent[],
): Promise<Tried[]> {
  const ids = events.map((each) => each.id)
  const stored = keyBy(await eventsByIds(needs, ids), (each) => each.id)
  return events.flatMap(({ id, channel }) => {
    const kept = stored.get(id)
    if (!kept?.content || !isFact(kept.content.event)) return []
    const event: Event = maskedEvent(kept.content.event)
    const to = { channel: where.channel ?? channel, advertising: where.advertising }
    const at = kept.receivedAt
    return [
      {
        eventId: id,
        at,
        channel: to.channel,
        now: wordings.now.render(event, at, to),
        draft: wordings.draft.render(event, at, to),
      },
    ]
  })
}
