import type { TestPhone } from '../channels/sandbox/test-phones.ts'
import type { Recipient } from '../clients/store.ts'
import type { NewDelivery } from '../deliveries/store/insert.ts'
import type { StoredEvent } from '../events/store/read.ts'
import type { Handling } from '../events/types/definition.ts'
import { newId } from '../lib/ids.ts'
import { branchOf, type Plan, purposeOf, zoneOf } from './decide.ts'
import type { Policy } from './policy.ts'

/** The delivery that a plan comes to, without its words yet. */
export function deliveryOf(
  needs: { policy: Policy },
  stored: StoredEvent,
  recipient: Recipient,
  definition: Handling,
  plan: Plan,
  now: Date,
  expiresAt: Date,
): NewDelivery {
  const event = stored.content?.event
  const { contact } = plan
  return {
    id: newId('delivery'),
    notificationId: newId('notification'),
    eventId: stored.id,
    eventSeq: stored.seq,
    client: recipient.client,
    contactId: contact?.id ?? null,
    source: stored.source,
    type: stored.type,
    lane: definition.urgency,
    purpose: purposeOf(definition),
    test: stored.test || plan.kind === 'rehearse',
    teamOnly: stored.teamOnly,
    zone: zoneOf(event, needs.policy),
    branchCode: branchOf(event),
    operationId: event?.operation?.id ?? null,
    operationNumber: event?.operation?.number ?? null,
    channel: plan.kind === 'rehearse' ? 'sandbox' : (contact?.channel ?? null),
    state: plan.kind === 'stop' ? plan.state : plan.kind === 'rehearse' || plan.at === null ? 'queued' : 'waiting',
    reason: plan.kind === 'stop' ? plan.reason : null,
    message: null,
    templateVersion: null,
    nextAttemptAt: plan.kind === 'stop' ? null : plan.kind === 'send' ? (plan.at ?? now) : now,
    staleAt: null,
    expiresAt: plan.kind === 'rehearse' ? rehearsalEnd(plan.phone, now, expiresAt) : expiresAt,
  }
}

function rehearsalEnd({ expiresInMs }: TestPhone, now: Date, usual: Date): Date {
  return expiresInMs === undefined ? usual : new Date(now.getTime() + expiresInMs)
}
