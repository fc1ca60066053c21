import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import { isFact } from '../events/kept.ts'
import { eventsByIds } from '../events/store/read.ts'
import type { EventId } from '../lib/ids.ts'
import {
  type CancelReason,
  endingBy,
  isEarlierPayment,
  isOwnReminder,
  nextDateIn,
  type ScheduledFor,
} from './schedule.ts'
import { laterSchedule, type OperationRef, type Related, relatedEvents } from './store/schedules.ts'

/**
 * What was kept of the operation and makes a reminder needless, whether anybody has planned it yet or not: rounds of
 * planning run side by side, so the reminder looks for itself, when it is made and when it is to be told.
 */
export async function overtakenBy(
  needs: { db: Queryable; vault: Vault },
  operation: OperationRef,
  planned: ScheduledFor & { madeBySeq: bigint },
): Promise<{ reason: CancelReason; by: EventId | null } | undefined> {
  const related = await relatedEvents(needs.db, operation)
  const paid = paymentIn(related, planned)
  if (paid) return paid
  // Two rounds may have planned one operation out of order: its latest plan holds.
  const later = await laterSchedule(needs.db, operation, planned.madeBySeq)
  if (later) return { reason: 'corrected', by: later.madeBy }
  // The day stands in what is sealed; a sender reminds seldom, so they are few.
  const reminders = related.filter(({ type }) => type === 'installment.reminder').map(({ id }) => id)
  for (const { id, seq, content } of reminders.length === 0 ? [] : await eventsByIds(needs, reminders)) {
    const event = content?.event
    if (event === undefined || !isFact(event) || isOwnReminder(event)) continue
    const day = event.payment?.nextDate ?? event.payment?.dueDate
    // One without a day speaks of the payment that was next at that time.
    if (day === undefined && seq < planned.madeBySeq) continue
    const reason = endingBy(event, planned)
    if (reason !== null) return { reason, by: id }
  }
  return undefined
}

function paymentIn(
  related: readonly Related[],
  planned: ScheduledFor & { madeBySeq: bigint },
): { reason: CancelReason; by: EventId } | undefined {
  const payments = related.filter((each) => isPayment(each, planned))
  const isSameStage = ({ stage }: Related) => stage !== null && stage === planned.stage
  const next = payments.find((each) => !isSameStage(each))
  if (next) return { reason: 'paid', by: next.id }
  return payments[0] && { reason: 'corrected', by: payments[0].id }
}

function isPayment(event: Related, planned: ScheduledFor & { madeBySeq: bigint }): boolean {
  return event.type !== 'installment.reminder' && event.seq > planned.madeBySeq && !isEarlierPayment(event, planned)
}

/**
 * Whether a reminder of ours that has become an event is needless by now: its payment came meanwhile, or another day was
 * told. A correction that names the same day leaves it alone, for none is planned anew.
 */
export async function isPaidSince(
  needs: { db: Queryable; vault: Vault },
  operation: OperationRef,
  fired: ScheduledFor & { madeBySeq: bigint },
): Promise<boolean> {
  const paid = paymentIn(await relatedEvents(needs.db, operation), fired)
  if (paid === undefined || paid.reason === 'paid') return paid !== undefined
  const [correction] = await eventsByIds(needs, [paid.by])
  return correction?.content !== undefined && nextDateIn(correction.content.event) !== fired.nextDate
}
