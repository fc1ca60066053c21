import { type DeadFilter, deadLetters } from '../deliveries/store/dead-letters.ts'
import type { DeliveryId } from '../lib/ids.ts'
import { type RefusalCode, type Resending, type ResendNeeds, resend } from './resend.ts'

export const mostReplayed = 500

export type Replayed = {
  /** How many were found and tried. */
  total: number
  resent: number
  /** Somebody has sent them already. */
  already: number
  refused: { id: DeliveryId; why: RefusalCode; text: string }[]
}

/** Sends once more what ended without arriving, the oldest first, each under its own lock; nothing that may have come. */
export async function replay(
  needs: ResendNeeds,
  filter: DeadFilter,
  order: Pick<Resending, 'by' | 'within' | 'channel'> & { limit: number },
): Promise<Replayed> {
  const found = await deadLetters(needs.db, filter, Math.min(order.limit, mostReplayed))
  const replayed: Replayed = { total: found.length, resent: 0, already: 0, refused: [] }
  for (const { id } of found.reverse()) {
    const { by, within, channel } = order
    const resent = await resend(needs, { id, by, within, channel, force: false })
    if (resent.kind === 'made') replayed.resent += 1
    else if (resent.kind === 'already') replayed.already += 1
    else if (resent.kind === 'refused') replayed.refused.push({ id, why: resent.why, text: resent.text })
  }
  return replayed
}
