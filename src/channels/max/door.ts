import { createHash, timingSafeEqual } from 'node:crypto'
import type { Door, Update } from '../channel.ts'
import type { Api } from './call.ts'
import { createSubscriber, type Within } from './subscription.ts'
import { readUpdate } from './updates.ts'

export type DoorSettings = { token: string; webhookSecret: string; within: Within }

const tenMinutesMs = 600_000

/** MAX wants exactly 200 within 30 s; else it comes again after 60 s, 150 s, 375 s …, ten times (dev.max.ru, POST /subscriptions). */
export function createDoor(api: Api, { token, webhookSecret, within }: DoorSettings): Door {
  const isStale = createStaleness()
  return {
    read({ headers, body }) {
      const said = headers['x-max-bot-api-secret']
      if (typeof said !== 'string' || !isSame(said, webhookSecret)) return { status: 401, body: '', updates: [] }
      const { isJson, raw } = parsed(body)
      const update = readUpdate(raw, token)
      return { status: isJson ? 200 : 400, body: '', updates: update && !isStale(update) ? [update] : [] }
    },
    open: createSubscriber(api, webhookSecret, within),
    reopenEveryMs: tenMinutesMs,
  }
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

function parsed(body: Buffer): { isJson: boolean; raw?: unknown } {
  try {
    return { isJson: true, raw: JSON.parse(body.toString()) }
  } catch {
    return { isJson: false }
  }
}

const remembered = 10_000

/**
 * A request that we could not take comes again minutes later, and others pass it: a «stopped» of before a person's return
 * must not silence his messages again.
 */
function createStaleness(): (update: Update) => boolean {
  const lastActs = new Map<string, number>()
  return ({ kind, address, at }) => {
    const last = lastActs.get(address)
    if (kind === 'blocked') return last !== undefined && at.getTime() < last
    lastActs.delete(address)
    lastActs.set(address, Math.max(last ?? 0, at.getTime()))
    const [oldest] = lastActs.keys()
    if (lastActs.size > remembered && oldest !== undefined) lastActs.delete(oldest)
    return false
  }
}
