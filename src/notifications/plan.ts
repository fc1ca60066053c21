import type { TestPhone } from '../channels/sandbox/test-phones.ts'
import { type NewConsent, type Recipient, recipientsOf, recordConsent } from '../clients/store.ts'
import type { Vault } from '../clients/vault.ts'
import { databaseNow } from '../db/clock.ts'
import type { Database, Queryable } from '../db/database.ts'
import { deliveryJob } from '../deliveries/jobs.ts'
import { messageText } from '../deliveries/message.ts'
import { type Decided, nextOfClients } from '../deliveries/store/decide.ts'
import { insertPlans, type NewDelivery } from '../deliveries/store/insert.ts'
import { linkTestPhone } from '../deliveries/store/rehearsed.ts'
import type { RulesOfBranch } from '../events/branch-rules.ts'
import { canBeCorrection, correctedSum } from '../events/correction.ts'
import { isFact, type KeptEvent } from '../events/kept.ts'
import { canBeSuperseded } from '../events/order.ts'
import type { BranchRulesReader } from '../events/remembered-rules.ts'
import { type EarlierFact, earlierFacts, eventsByIds, type StoredEvent } from '../events/store/read.ts'
import type { Handling } from '../events/types/definition.ts'
import { type ClientId, type EventId, type NotificationId, newId } from '../lib/ids.ts'
import type { QueueSystem } from '../queue/queue.ts'
import { type Correction, correctionOf } from './correction.ts'
import { branchOf, decidePlan, latestConsent, type Plan, purposeOf, quietFor, zoneOf } from './decide.ts'
import { dueEnd } from './due.ts'
import { drawn, type Holdout, noHoldout } from './holdout.ts'
import { isUntold, judgeAgain } from './judge-again.ts'
import {
  endWaiting,
  isScheduling,
  keepSchedule,
  operationOf,
  type ScheduleLine,
  type Scheduling,
} from './keep-schedule.ts'
import { isPaidSince } from './overtaken.ts'
import type { Policy } from './policy.ts'
import { expiryOf } from './quiet-hours.ts'
import { isOwnReminder, mayTouchSchedules, nextDateIn } from './schedule.ts'
import { readHoldout } from './store/holdout.ts'
import { firedAs, toldAlready, withOpenSchedules } from './store/schedules.ts'
import { destinationOf, type Rendered, type Wording } from './wording.ts'

export type PlanNeeds = {
  db: Database
  vault: Vault
  queue: Pick<QueueSystem, 'add'>
  policy: Policy
  branchRules: BranchRulesReader
  handlingOf(event: KeptEvent | { type: StoredEvent['type'] }): Handling
  /** The words of this moment, for one round of planning. */
  wording(): Promise<Wording>
  onPlanned(line: PlanLine): void
  onSchedule(line: ScheduleLine): void
  onQueueTrouble(error: unknown): void
}

/** The one wide line of a planned event. */
export type PlanLine = {
  event: EventId
  notification: NotificationId
  type: string
  source: string
  state: string
  reason: string | null
  channel: string | null
  lagMs: number
}

type Judged = { stored: StoredEvent; delivery: NewDelivery; error?: string; rehearsal?: TestPhone | undefined }

type Planned = Judged & {
  consent?: NewConsent | undefined
  scheduling?: Scheduling | undefined
  again(recipient: Recipient): Planned
}

/** Decides for each kept event whom to tell, where and when; leaves a notification and its delivery for every one of them. */
export async function plan(needs: PlanNeeds, ids: readonly EventId[]): Promise<void> {
  const [stored, now] = await Promise.all([eventsByIds(needs, ids), databaseNow(needs.db)])
  const events = stored.filter((each) => !each.isPlanned && each.heldReason === null)
  const { planned, scheduled, freed } = await keepPlans(needs, await decideAll(needs, events, now), now)
  // A fact that ended here may be the one that a later message of its client was waiting for.
  const ended = planned.filter(({ delivery }) => delivery.state === 'skipped' || delivery.state === 'failed')
  const woken = await nextOfClients(needs.db, [...freed, ...ended.map(({ delivery }) => delivery.client.id)])
  await hint(needs, planned, woken, now)
  for (const each of planned) needs.onPlanned(lineOf(each))
  for (const each of scheduled) needs.onSchedule(each)
}

/** Reads what the decisions need, on several connections at once, and decides. Nothing is written yet. */
async function decideAll(needs: PlanNeeds, events: readonly StoredEvent[], now: Date): Promise<Planned[]> {
  if (events.length === 0) return []
  const touching = events.filter(({ content }) => content !== undefined && mayTouchSchedules(content.event))
  const hasPromo = events.some((stored) => needs.handlingOf(stored.content?.event ?? stored).class === 'promo')
  const [recipients, facts, wording, rulesOf, open, told, paid, holdout] = await Promise.all([
    recipientsOf(needs, [...new Set(events.map((each) => each.clientId))]),
    earlierFacts(
      needs.db,
      events.filter(dependsOnEarlier).map((each) => each.id),
    ),
    needs.wording(),
    needs.branchRules.read(),
    withOpenSchedules(
      needs.db,
      touching.map((each) => each.id),
    ),
    toldAlready(needs.db, touching.flatMap(reminderIn)),
    paidSince(needs, touching),
    hasPromo ? readHoldout(needs.db) : noHoldout,
  ])
  return events.map((stored) => {
    const recipient = recipients.get(stored.clientId)
    if (!recipient) throw new Error(`no client for event ${stored.id}`)
    const consent = consentIn({ ...stored, event: stored.content?.event }, recipient)
    if (consent) recipient.consents.unshift({ ...consent, wordingHash: null })
    const earlier = facts.get(stored.id) ?? []
    const isTold = told.has(stored.id) || paid.has(stored.id)
    const scheduling = schedulingOf(stored, recipient, { earlier, rulesOf, hasOpen: open.has(stored.id) })
    const planFor = (whom: Recipient): Planned => ({
      ...planOne({ ...needs, wording, rulesOf, holdout }, stored, whom, { earlier, isTold }, now),
      consent,
      scheduling,
      again: planFor,
    })
    return planFor(recipient)
  })
}

/** The sender's reminder of a payment, which we may have told of already. */
function reminderIn(stored: StoredEvent) {
  const event = stored.content?.event
  const nextDate = event?.payment?.nextDate ?? event?.payment?.dueDate
  if (event?.type !== 'installment.reminder' || stored.test || isOwnReminder(event) || nextDate === undefined) return []
  return [{ ...operationOf(stored, event), id: stored.id, nextDate }]
}

/** Those of our own reminders whose payment came after they were made. */
export async function paidSince(
  needs: { db: Queryable; vault: Vault },
  events: readonly StoredEvent[],
): Promise<Set<EventId>> {
  const own = events.filter(({ content }) => content !== undefined && isOwnReminder(content.event))
  const fired = await firedAs(
    needs.db,
    own.map((each) => each.id),
  )
  const paid = new Set<EventId>()
  for (const stored of own) {
    const event = stored.content?.event
    const made = fired.get(stored.id)
    if (made === undefined || event === undefined || !isFact(event)) continue
    if (await isPaidSince(needs, operationOf(stored, event), made)) paid.add(stored.id)
  }
  return paid
}

function schedulingOf(
  stored: StoredEvent,
  { client }: Recipient,
  known: { earlier: readonly EarlierFact[]; rulesOf: RulesOfBranch; hasOpen: boolean },
): Scheduling | undefined {
  const event = stored.content?.event
  if (event === undefined || !isFact(event) || !isScheduling(stored, event, known.hasOpen)) return undefined
  return { stored, event, client, earlier: known.earlier, reminders: known.rulesOf(branchOf(event)).reminders }
}

function dependsOnEarlier({ type, content }: StoredEvent): boolean {
  if (canBeSuperseded(type)) return true
  if (content === undefined) return false
  const { event } = content
  return canBeCorrection(event) || (mayTouchSchedules(event) && nextDateIn(event) !== undefined)
}

/** Writes the plans of those events that nobody else has planned meanwhile. */
async function keepPlans(
  needs: PlanNeeds,
  given: readonly Planned[],
  now: Date,
): Promise<{ planned: Planned[]; scheduled: ScheduleLine[]; freed: ClientId[] }> {
  let decided = given
  const saysMore = given.some((each) => each.consent ?? each.scheduling ?? each.rehearsal ?? isUntold(each))
  const scheduled: ScheduleLine[] = []
  const freed: ClientId[] = []
  const won = saysMore
    ? await needs.db.transaction(async (db) => {
        decided = await judgeAgain({ db, vault: needs.vault }, given)
        for (const { rehearsal, delivery } of decided) {
          if (rehearsal) delivery.contactId = await linkTestPhone({ ...needs, db }, delivery.client, rehearsal.phone)
        }
        const planned = await insertPlans(db, needs.vault, deliveriesIn(decided))
        for (const { consent, scheduling, delivery } of decided) {
          if (!planned.has(delivery.eventId)) continue
          if (consent) await recordConsent({ db, vault: needs.vault }, delivery.client.id, consent)
          if (!scheduling) continue
          scheduled.push(...(await keepSchedule({ ...needs, db }, scheduling, now)))
          if (await endWaiting(db, scheduling)) freed.push(scheduling.client.id)
        }
        return planned
      })
    : await insertPlans(needs.db, needs.vault, deliveriesIn(decided))
  return { planned: decided.filter((each) => won.has(each.stored.id)), scheduled, freed }
}

const deliveriesIn = (planned: readonly Judged[]) => planned.map((each) => each.delivery)

/** «СогласиеНаРекламу» of the sender counts, but never against the client's own word in the bot. */
export function consentIn(
  { event, test, receivedAt }: { event: KeptEvent | undefined; test: boolean; receivedAt: Date },
  recipient: Recipient,
): NewConsent | undefined {
  const granted = event?.consent?.advertising
  if (granted === undefined || test) return undefined
  const ownWord = recipient.consents.find((each) => each.purpose === 'advertising' && each.givenBy === 'bot')
  const latest = latestConsent(recipient.consents, 'advertising')
  if (ownWord !== undefined || latest?.granted === granted) return undefined
  return { purpose: 'advertising', granted, at: receivedAt, givenBy: 'event', channel: null, wording: null }
}

export function planOne(
  needs: Pick<PlanNeeds, 'policy' | 'handlingOf'> & { wording: Wording; rulesOf: RulesOfBranch; holdout: Holdout },
  stored: StoredEvent,
  recipient: Recipient,
  { earlier, isTold }: { earlier: readonly EarlierFact[]; isTold: boolean },
  now: Date,
): Judged {
  const event = stored.content?.event
  const definition = needs.handlingOf(event ?? stored)
  if (!event) {
    return { stored, delivery: deliveryOf(needs, stored, recipient, definition, erasedPlan, now, now) }
  }
  const { quietHours } = needs.rulesOf(branchOf(event))
  const { test, teamOnly, receivedAt } = stored
  const facts = { event, definition, test, teamOnly, receivedAt, earlier, recipient, quietHours, isTold }
  const plan = decidePlan(facts, needs.policy, now)
  const moment = plan.kind === 'send' ? (plan.at ?? now) : now
  const rendered = needs.wording.render(event, moment, destinationOf(plan, recipient, needs.policy))
  const final = rendered.ok ? plan : unwritable(plan)
  const usualEnd = expiryOf(moment, definition.expiryHours, quietFor(facts, needs.policy))
  const expiresAt = isOwnReminder(event) ? dueEnd(event, zoneOf(event, needs.policy), usualEnd) : usualEnd
  return {
    stored,
    delivery: {
      ...deliveryOf(needs, stored, recipient, definition, final, now, expiresAt),
      ...(rendered.ok ? wordsOf(recipient, rendered, correctionIn(event, earlier, rendered.isPrivate)) : {}),
      ...(final.kind === 'send' && definition.class === 'promo'
        ? drawn(needs.holdout, stored.clientId, event, branchOf(event))
        : {}),
    },
    ...(rendered.ok ? {} : { error: rendered.error }),
    rehearsal: final.kind === 'rehearse' ? final.phone : undefined,
  }
}

export function correctionIn(
  event: KeptEvent,
  earlier: readonly EarlierFact[],
  isPrivate: boolean,
): Correction | undefined {
  const was = correctedSum(event, earlier)
  return was === undefined ? undefined : correctionOf(event, was, isPrivate)
}

function wordsOf(recipient: Recipient, rendered: Extract<Rendered, { ok: true }>, correction: Correction | undefined) {
  return {
    message: recipient.client.dataKey === null ? null : messageText(rendered.message, correction),
    templateVersion: rendered.version,
    staleAt: rendered.staleAt,
  }
}

/** A message that cannot be written is not sent; one that would not be sent anyway has its own reason. */
export function unwritable(plan: Plan): Plan {
  return plan.kind === 'stop'
    ? plan
    : { kind: 'stop', state: 'failed', reason: 'template_error', contact: plan.contact }
}

const erasedPlan: Plan = { kind: 'stop', state: 'skipped', reason: 'erased', contact: null }

function deliveryOf(
  needs: Pick<PlanNeeds, 'policy'>,
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

async function hint(needs: PlanNeeds, planned: readonly Planned[], woken: readonly Decided[], now: Date) {
  const wokenBy = `p${Date.now().toString(36)}`
  const jobs = [
    ...planned.flatMap(({ delivery: { id, channel, lane, state, nextAttemptAt } }) => {
      if (channel === null || (state !== 'queued' && state !== 'waiting')) return []
      const delayMs = nextAttemptAt === null ? 0 : Math.max(0, nextAttemptAt.getTime() - now.getTime())
      return [deliveryJob({ id, channel, lane, attempts: 0, delayMs })]
    }),
    ...woken.map((each) => deliveryJob({ ...each, wokenBy })),
  ]
  if (jobs.length === 0) return
  try {
    await needs.queue.add(jobs)
  } catch (error) {
    needs.onQueueTrouble(error)
  }
}

function lineOf({ stored, delivery }: Planned): PlanLine {
  return {
    event: stored.id,
    notification: delivery.notificationId,
    type: stored.type,
    source: stored.source,
    state: delivery.state,
    reason: delivery.reason,
    channel: delivery.channel,
    lagMs: Date.now() - stored.receivedAt.getTime(),
  }
}
