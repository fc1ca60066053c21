import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { NewDelivery } from '../deliveries/store/insert.ts'
import type { KeptEvent } from '../events/kept.ts'
import type { ClientId } from '../lib/ids.ts'

const percent = z.number().min(0).max(50)

/** How many of a hundred clients are not told of an advertising event, to learn whether telling helps. None by default. */
export const holdoutSchema = z.strictObject({
  percent: percent.describe('Доля контрольной группы в процентах, от 0 до 50; 0 — выключено'),
  branches: z
    .array(z.strictObject({ code: z.string().trim().min(1).max(50), percent }))
    .max(1000)
    .default([])
    .describe('Площадки, у которых доля своя'),
})
export type Holdout = z.output<typeof holdoutSchema>

export const noHoldout: Holdout = { percent: 0, branches: [] }

export type Lot = 'told' | 'held'

/**
 * Drawn from the client and the occasion, so that the same event told twice draws the same; another occasion draws anew.
 * Undefined where nobody is held out: such messages belong to no trial.
 */
export function lotOf(holdout: Holdout, client: ClientId, event: KeptEvent, branch: string | null): Lot | undefined {
  const share = holdout.branches.find((each) => each.code === branch)?.percent ?? holdout.percent
  if (share === 0) return undefined
  const occasion = 'occasion' in event ? event.occasion : undefined
  const hash = createHash('sha256')
    .update(JSON.stringify([client, event.type, occasion ?? null]))
    .digest()
  return hash.readUInt32BE(0) / 2 ** 32 < share / 100 ? 'held' : 'told'
}

/** The lot decides last, among those alone who would be told; it never touches a message about money. */
export function drawn(
  holdout: Holdout,
  client: ClientId,
  event: KeptEvent,
  branch: string | null,
): Partial<NewDelivery> {
  const trial = lotOf(holdout, client, event, branch)
  if (trial !== 'held') return { trial }
  return { trial, state: 'skipped', reason: null, channel: null, contactId: null, nextAttemptAt: null }
}
