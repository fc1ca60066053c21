import { type TestPhone, testPhoneOf } from '../channels/sandbox/test-phones.ts'
import type { Consent, Contact, Purpose } from '../clients/client.ts'
import type { Recipient } from '../clients/store.ts'
import type { Reason } from '../deliveries/delivery.ts'
import type { QuietRules } from '../events/branch-rules.ts'
import type { KeptEvent } from '../events/kept.ts'
import { isSuperseded } from '../events/order.ts'
import type { EarlierFact } from '../events/store/read.ts'
import type { Handling } from '../events/types/definition.ts'
import { isZone } from '../lib/russian/time.ts'
import { forbiddenChannels, orderFor, type Policy } from './policy.ts'
import { quietClassOf, quietUntil } from './quiet-hours.ts'
import { route } from './route.ts'

export type PlanFacts = {
  event: KeptEvent
  definition: Handling
  test: boolean
  teamOnly: boolean
  receivedAt: Date
  earlier: readonly EarlierFact[]
  recipient: Recipient
  /** The branch's own; null where it has none. */
  quietHours: QuietRules | null
  /** The service has reminded of this payment by itself. */
  isTold?: boolean
}

export type Plan =
  | { kind: 'send'; contact: Contact; at: Date | null }
  /** To a test phone: through all the steps, and never out of the process. */
  | { kind: 'rehearse'; phone: TestPhone; contact: null }
  | { kind: 'stop'; state: 'skipped' | 'failed'; reason: Reason; contact: Contact | null }

/** Whether, where and when one client is told about one event. Pure. */
export function decidePlan(facts: PlanFacts, policy: Policy, now: Date): Plan {
  const { event, definition, recipient } = facts
  const purpose = purposeOf(definition)
  const choice = route(contactsFor(event, recipient), {
    order: orderFor(policy, recipient.settings?.channelOrder),
    on: policy.channelsOn,
    forbidden: forbiddenChannels(policy, purpose),
    teamOnly: policy.sendMode === 'team' || facts.teamOnly,
  })
  const contact = choice.kind === 'go' ? choice.contact : null
  const stop = (reason: Reason, state: 'skipped' | 'failed' = 'skipped'): Plan => ({
    kind: 'stop',
    state,
    reason,
    contact,
  })

  if (recipient.client.erasedAt !== null) return stop('erased')
  const phone = testPhoneOf(phoneMeant(facts))
  if (phone === undefined && (facts.test || policy.sendMode === 'test')) return stop('test_mode')
  if (isTooLate(facts, now)) return stop('too_late')
  if (facts.isTold || isSuperseded(event, facts.earlier)) return stop('superseded')
  if (phone !== undefined) return rehearsalOf(phone)
  if (choice.kind === 'none' && choice.reason === 'no_contact') return stop('no_contact')
  const consent = latestConsent(recipient.consents, purpose)
  if (consent === undefined && !(purpose === 'advertising' && event.consent?.advertising)) return stop('no_consent')
  if (consent?.granted === false) return stop('opted_out')
  if (choice.kind === 'none') return stop(choice.reason, choice.state)
  return { kind: 'send', contact: choice.contact, at: momentFor(facts, policy, now) }
}

/** An answer goes to the chat of its question, or to none. */
function contactsFor(event: KeptEvent, { contacts }: Recipient): Contact[] {
  return event.type === 'answer' ? contacts.filter(({ id }) => id === event.contactId) : contacts
}

/** A record may have got its test phone from somebody's try; whoever has a real contact is told for real. */
function phoneMeant({ event, recipient }: PlanFacts): string | undefined {
  if (event.client.phone !== undefined) return event.client.phone
  return recipient.contacts.length === 0 ? recipient.client.phone : undefined
}

function rehearsalOf(phone: TestPhone): Plan {
  if (phone.stop === undefined) return { kind: 'rehearse', phone, contact: null }
  return { kind: 'stop', state: 'skipped', reason: phone.stop, contact: null }
}

export function purposeOf(definition: Handling): Purpose {
  return definition.class === 'promo' ? 'advertising' : 'service'
}

/** The latest word about that purpose, whoever passed it on. */
export function latestConsent(consents: readonly Consent[], purpose: Purpose): Consent | undefined {
  return consents.find((each) => each.purpose === purpose)
}

function isTooLate({ event, definition, receivedAt }: PlanFacts, now: Date): boolean {
  const at = event.occurredAt === undefined ? receivedAt : new Date(event.occurredAt)
  return now.getTime() - at.getTime() > definition.freshnessDays * 24 * 3_600_000
}

function momentFor(facts: PlanFacts, policy: Policy, now: Date): Date | null {
  const at = quietFor(facts, policy)(now)
  return at > now ? at : null
}

/** The moment when this message may leave, once it is `at`. */
export function quietFor(
  {
    event,
    definition,
    quietHours,
    recipient,
  }: Pick<PlanFacts, 'event' | 'definition' | 'quietHours'> & {
    recipient?: Pick<Recipient, 'settings'>
  },
  policy: Policy,
): (at: Date) => Date {
  const zone = zoneOf(event, policy)
  const rules = { branch: quietHours ?? policy.quietHours, own: recipient?.settings?.quietHours ?? null }
  return (at) => quietUntil(at, zone, quietClassOf(definition), rules)
}

/** What rules of branches go by: the name stands for the code where there is none. */
export function branchOf(event: KeptEvent | undefined): string | null {
  return event?.branch?.code ?? event?.branch?.name ?? null
}

/** The branch's own zone when the event names one that this machine knows. */
export function zoneOf(event: KeptEvent | undefined, policy: Policy): string {
  const own = event?.branch?.timezone
  return own !== undefined && isZone(own) ? own : policy.timezone
}

/** A message that cannot be written is not sent; one that would not be sent anyway has its own reason. */
export function unwritable(plan: Plan): Plan {
  return plan.kind === 'stop'
    ? plan
    : { kind: 'stop', state: 'failed', reason: 'template_error', contact: plan.contact }
}

export const erasedPlan: Plan = { kind: 'stop', state: 'skipped', reason: 'erased', contact: null }
