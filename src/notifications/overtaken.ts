import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import { eventsByIds } from '../events/store/read.ts'
import type { EventId } from '../lib/ids.ts'
import { type CancelReason, endingBy, isEarlierStage, isOwnReminder, type ScheduledFor } from './schedule.ts'
import { type OperationRef, type Related, relatedEvents } from './store/schedules.ts'

/**
 * What was kept of the operation and makes a reminder needless, whether anybody has planned it yet or not: rounds of
 * planning run side by side, so the reminder looks for itself, when it is made and when it is to be told.
 */
export async function overtakenBy(
  needs: { db: Queryable; vault: Vault },
  operation: OperationRef,
  planned: ScheduledFor & { madeBySeq: bigint },
): Promise<{ reason: CancelReason; by: EventId } | undefined> {
  const related = await relatedEvents(needs.db, operation)
  const paid = related.find((each) => isPayment(each, planned))
  if (paid) {
    const isSameStage = paid.stage !== null && paid.stage === planned.stage
    return { reason: isSameStage ? 'corrected' : 'paid', by: paid.id }
  }
  // The day stands in what is sealed; a sender reminds seldom, so they are few.
  const reminders = related.filter(({ type }) => type === 'installment.reminder').map(({ id }) => id)
  for (const { id, seq, content } of reminders.length === 0 ? [] : await eventsByIds(needs, reminders)) {
    const event = content?.event
    if (event === undefined || event.type === 'sms' || isOwnReminder(event)) continue
    const day = event.payment?.nextDate ?? event.payment?.dueDate
    // One without a day speaks of the payment that was next at that time.
    if (day === undefined && seq < planned.madeBySeq) continue
    const reason = endingBy(event, planned)
    if (reason !== null) return { reason, by: id }
  }
  return undefined
}

function isPayment({ type, seq, stage }: Related, planned: ScheduledFor & { madeBySeq: bigint }): boolean {
  return type !== 'installment.reminder' && seq > planned.madeBySeq && !isEarlierStage(stage, planned.stage)
}
