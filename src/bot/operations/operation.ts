import type { Event } from '../../events/event.ts'
import { isSuperseded } from '../../events/order.ts'
import type { EarlierFact } from '../../events/store/read.ts'
import type { EventId } from '../../lib/ids.ts'
import { kopecksOf } from '../../lib/money.ts'

/** One event as the client may be told of it. */
export type Told = {
  id: EventId
  event: Event
  /** When it happened; when we heard of it, where the sender does not say. */
  at: Date
}

/** One act of acceptance, with all that was said of it; one payout without an act stands for itself. */
export type Operation = {
  /** Of its first event: it stays while others follow. */
  ref: EventId
  /** In the order in which they were kept, without those that came too late to be news. */
  events: readonly Told[]
  /** The event that says how it stands now. */
  state: Told
}

/** @param told in the order in which they were kept. Answers the newest first. Pure. */
export function operationsOf(told: readonly Told[]): Operation[] {
  const groups: Told[][] = []
  for (const each of told) {
    const group = groups.find((known) => known.some((other) => isSameOperation(other.event, each.event)))
    if (group) group.push(each)
    else groups.push([each])
  }
  return groups.flatMap((group) => operationOf(group) ?? []).sort((a, b) => b.state.at.getTime() - a.state.at.getTime())
}

/** By the document's id; where one of them has none, by its number. */
function isSameOperation(one: Event, other: Event): boolean {
  const [a, b] = [one.operation, other.operation]
  if (a?.id !== undefined && b?.id !== undefined) return a.id === b.id
  return a?.number !== undefined && a.number === b?.number
}

function operationOf(group: readonly Told[]): Operation | undefined {
  const events = group.filter((each, index) => !isSuperseded(each.event, group.slice(0, index).map(factOf)))
  const payouts = events.filter(({ event }) => event.type.startsWith('payout.'))
  const state = latest(payouts) ?? latest(events)
  const first = group[0]
  return state && first && { ref: first.id, events, state }
}

/** Of two of one moment the one that was kept later. */
function latest(events: readonly Told[]): Told | undefined {
  return events.reduce<Told | undefined>(
    (best, each) => (best === undefined || each.at >= best.at ? each : best),
    undefined,
  )
}

function factOf({ id, event }: Told): EarlierFact {
  const amount = event.payment?.amount ?? event.operation?.amount
  return {
    id,
    type: event.type,
    occurredAt: event.occurredAt === undefined ? null : new Date(event.occurredAt),
    amount: amount === undefined ? null : (kopecksOf(amount) ?? null),
    stage: event.payment?.stage ?? null,
    isSilent: false,
  }
}

/** What was paid so far, one sum a stage: a later event about the same stage corrects the earlier one. */
export function paymentsOf({ events }: Operation): Told[] {
  const byStage = new Map<string, Told>()
  for (const each of events) {
    const { type, payment } = each.event
    if ((type !== 'payout.paid' && type !== 'payout.partial') || payment?.amount === undefined) continue
    byStage.set(
      payment.stage === undefined ? (type === 'payout.paid' ? 'whole' : each.id) : String(payment.stage),
      each,
    )
  }
  return [...byStage.values()]
}

/** The sum of the act, as it was told last. */
export function acceptedAmount({ events }: Operation): string | undefined {
  return events.reduce<string | undefined>(
    (amount, { event }) =>
      event.operation?.amount ?? (event.type === 'operation.accepted' ? event.payment?.amount : undefined) ?? amount,
    undefined,
  )
}
