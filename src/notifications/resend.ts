import type { ChannelName, WayName } from '../channels/channel.ts'
import type { Contact } from '../clients/client.ts'
import { lockClients, markAddress, type Recipient, recipientsOf } from '../clients/store.ts'
import { databaseNow } from '../db/clock.ts'
import type { Queryable } from '../db/database.ts'
import type { Reason } from '../deliveries/delivery.ts'
import { deliveryJob } from '../deliveries/jobs.ts'
import { again, messageText } from '../deliveries/message.ts'
import { reasonTexts } from '../deliveries/reasons.ts'
import { nextOfClients } from '../deliveries/store/decide.ts'
import { insertNext } from '../deliveries/store/insert.ts'
import { lockResendable, ownerOf, type Resendable, resentAs } from '../deliveries/store/resend.ts'
import type { RulesOfBranch } from '../events/branch-rules.ts'
import { earlierFacts, eventsByIds, type StoredEvent } from '../events/store/read.ts'
import { type DeliveryId, newId } from '../lib/ids.ts'
import { branchOf, latestConsent, quietFor, zoneOf } from './decide.ts'
import { dueEnd } from './due.ts'
import { correctionIn, type PlanNeeds } from './plan.ts'
import { forbiddenChannels, type Policy } from './policy.ts'
import { expiryOf } from './quiet-hours.ts'
import { route } from './route.ts'
import { isOwnReminder } from './schedule.ts'
import { destinationIn, type Wording } from './wording.ts'

export type ResendNeeds = Pick<
  PlanNeeds,
  'db' | 'vault' | 'queue' | 'policy' | 'wording' | 'branchRules' | 'handlingOf' | 'onQueueTrouble'
>

export type Resending = {
  id: DeliveryId
  /** By this messenger and no other; without it the same one, or the next that the client can be reached by. */
  channel?: ChannelName | undefined
  /** Even if it may have come: then its text says that it is a repeat. */
  force: boolean
  /** Whose hand it is: a user or a key. */
  by: string
  /** What that hand may touch; null means all. */
  within: { source: string | null; branches: readonly string[] | null }
}

export type Resent =
  | { kind: 'made' | 'already'; id: DeliveryId; channel: WayName; isRepeat: boolean }
  | { kind: 'unknown' }
  /** `needsForce`: it can be done by somebody who says that he knows. */
  | { kind: 'refused'; why: RefusalCode; text: string; needsForce: boolean }

export type RefusalCode = Reason | 'on_its_way' | 'followed' | 'may_have_come' | 'overtaken'

/** One message once more, by somebody's hand, under the lock of its client: each delivery is said again once at most. */
export async function resend(needs: ResendNeeds, asked: Resending): Promise<Resent> {
  const owner = await ownerOf(needs.db, asked.id)
  if (owner === undefined || !isWithin(owner, asked.within)) return { kind: 'unknown' }
  const [wording, rulesOf] = await Promise.all([needs.wording(), needs.branchRules.read()])
  const resent = await needs.db.transaction(async (db): Promise<Resent> => {
    const [client] = await lockClients({ ...needs, db }, [owner.clientId])
    if (client === undefined) return refusal('erased')
    const before = await resentAs(db, asked.id)
    if (before) return { kind: 'already', ...before, isRepeat: false }
    return await sayAgain({ ...needs, wording, rulesOf }, db, asked)
  })
  if (resent.kind !== 'made') return resent
  const woken = await nextOfClients(needs.db, [owner.clientId])
  const wokenBy = `h${Date.now().toString(36)}`
  // A queue that is away loses nothing: the sweep finds what is due.
  await needs.queue.add(woken.map((each) => deliveryJob({ ...each, wokenBy }))).catch(needs.onQueueTrouble)
  return resent
}

function isWithin(
  { source, branchCode }: { source: string; branchCode: string | null },
  within: Resending['within'],
): boolean {
  if (within.source !== null && within.source !== source) return false
  return within.branches === null || (branchCode !== null && within.branches.includes(branchCode))
}

type SayNeeds = Omit<ResendNeeds, 'wording'> & { wording: Wording; rulesOf: RulesOfBranch }

async function sayAgain(needs: SayNeeds, db: Queryable, asked: Resending): Promise<Resent> {
  const old = await lockResendable(db, asked.id)
  if (old === undefined) return { kind: 'unknown' }
  const inside = { db, vault: needs.vault }
  const [stored] = await eventsByIds(inside, [old.eventId])
  const recipient = (await recipientsOf(inside, [old.clientId])).get(old.clientId)
  if (stored === undefined || recipient === undefined) return { kind: 'unknown' }
  const chosen = choose(old, recipient, asked, needs.policy)
  const obstacle = obstacleTo(old, asked.force) ?? consentObstacle(old, recipient, chosen, needs.policy)
  if (obstacle) return obstacle
  if ('kind' in chosen) return chosen
  const words = await wordsFor(needs, inside, { old, stored, recipient, channel: chosen.channel })
  if (words === undefined) return refusal('template_error')
  const now = await databaseNow(db)
  const expiresAt = endOf(needs, stored, now)
  if (expiresAt <= now) return refusal('too_late')
  // Whoever sends to a closed chat by name has heard that it is open again.
  if (chosen.blockedReason !== null) await markAddress(inside, chosen.channel, chosen.address, null)
  const id = newId('delivery')
  await insertNext(
    db,
    needs.vault,
    {
      ...old,
      id,
      client: recipient.client,
      contactId: chosen.id,
      channel: chosen.channel,
      state: 'queued',
      reason: null,
      message: old.mayHaveCome ? again(words.message) : words.message,
      templateVersion: words.version,
      nextAttemptAt: now,
      staleAt: words.staleAt,
      expiresAt,
    },
    { from: old.id, by: asked.by },
  )
  return { kind: 'made', id, channel: chosen.channel, isRepeat: old.mayHaveCome }
}

function endOf(needs: SayNeeds, stored: StoredEvent, now: Date): Date {
  const event = stored.content?.event
  const definition = needs.handlingOf(event ?? stored)
  const { quietHours } = needs.rulesOf(branchOf(event))
  const quiet = event === undefined ? (at: Date) => at : quietFor({ event, definition, quietHours }, needs.policy)
  const usual = expiryOf(now, definition.expiryHours, quiet)
  return event !== undefined && isOwnReminder(event) ? dueEnd(event, zoneOf(event, needs.policy), usual) : usual
}

function obstacleTo(old: Resendable, force: boolean): Resent | undefined {
  if (old.test || old.channel === 'sandbox') return refusal('test_mode')
  if (!old.isEnded) return refusal('on_its_way')
  if (old.isFollowed) return refusal('followed')
  if (old.reason === 'superseded') return refusal('superseded')
  if (old.mayHaveCome && !force) return refusal('may_have_come')
  if (old.isOvertaken && !force) return refusal('overtaken')
  if (old.reason === 'too_late' && !force) return refusal('too_late')
  return undefined
}

function consentObstacle(
  old: Resendable,
  { consents }: Recipient,
  chosen: Contact | Resent,
  { sendMode }: Policy,
): Resent | undefined {
  if (sendMode === 'test') return refusal('test_mode')
  // Whoever has no messenger at all is asked to connect one first: his consent comes with it.
  if ('why' in chosen && chosen.why === 'no_contact') return chosen
  const consent = latestConsent(consents, old.purpose)
  if (consent === undefined) return refusal('no_consent')
  return consent.granted ? undefined : refusal('opted_out')
}

/** The contact to use, by the rules that plan real messages; never one that the law closes or the owner has not opened. */
function choose(old: Resendable, { contacts }: Recipient, asked: Resending, policy: Policy): Contact | Resent {
  const { channel, force } = asked
  const usual = old.channel === null || old.channel === 'sandbox' ? [] : [old.channel]
  const mayTry = (each: Contact) => (channel !== undefined && force ? { ...each, blockedReason: null } : each)
  // The answer to a question goes to its own chat or nowhere.
  const open = contacts.filter((each) => old.type !== 'answer' || each.id === old.contactId)
  const choice = route(open.filter((each) => channel === undefined || each.channel === channel).map(mayTry), {
    order: [...usual, ...policy.channelOrder.filter((each) => each !== old.channel)],
    on: policy.channelsOn,
    forbidden: forbiddenChannels(policy, old.purpose),
    teamOnly: policy.sendMode === 'team' || old.teamOnly,
  })
  if (choice.kind === 'none') return refusal(closedReason(choice.reason, channel, old, policy))
  return contacts.find((each) => each.id === choice.contact.id) ?? choice.contact
}

/** A channel that was named and is closed says so, even to whom has no contact there. */
function closedReason(reason: Reason, channel: ChannelName | undefined, old: Resendable, policy: Policy): Reason {
  if (channel === undefined) return reason
  if (forbiddenChannels(policy, old.purpose).includes(channel)) return 'channel_forbidden'
  return policy.channelsOn.includes(channel) ? reason : 'channel_off'
}

type Words = { message: string; version: string | null; staleAt: Date | null }

/** The very words, where they were made for this channel; otherwise those that the template gives now. */
async function wordsFor(
  needs: SayNeeds,
  inside: { db: Queryable; vault: SayNeeds['vault'] },
  {
    old,
    stored,
    recipient,
    channel,
  }: { old: Resendable; stored: StoredEvent; recipient: Recipient; channel: ChannelName },
): Promise<Words | undefined> {
  const own = old.channel === channel ? needs.vault.open(recipient.client, 'message', old.message) : undefined
  if (own !== undefined) return { message: own, version: old.templateVersion, staleAt: old.staleAt }
  const event = stored.content?.event
  if (event === undefined) return undefined
  const to = destinationIn(channel, recipient, needs.policy)
  const rendered = needs.wording.render(event, new Date(), to)
  if (!rendered.ok) return undefined
  const earlier = (await earlierFacts(inside.db, [old.eventId])).get(old.eventId) ?? []
  const correction = correctionIn(event, earlier, rendered.isPrivate)
  return { message: messageText(rendered.message, correction), version: rendered.version, staleAt: rendered.staleAt }
}

const ownTexts: Record<Exclude<RefusalCode, Reason>, string> = {
  on_its_way: 'Сообщение ещё в пути: сервис отправит его сам. Повторить можно, когда попытки кончатся.',
  followed: 'Это сообщение уже отправлено ещё раз. Посмотрите последнее из них и повторяйте его.',
  may_have_come:
    'Сообщение дошло или могло дойти. Повтор начнётся словами «Повторное сообщение»; подтвердите, что он нужен (force).',
  overtaken:
    'По этой операции известно более новое событие: прежнее сообщение может запутать клиента. Подтвердите, что оно нужно (force).',
}

const canBeForced: ReadonlySet<RefusalCode> = new Set([
  'may_have_come',
  'overtaken',
  'too_late',
  'blocked',
  'not_found',
])

function refusal(why: RefusalCode): Resent {
  const text = isOwn(why) ? ownTexts[why] : `${reasonTexts[why].cause} ${reasonTexts[why].advice}`
  return { kind: 'refused', why, text, needsForce: canBeForced.has(why) }
}

function isOwn(why: RefusalCode): why is keyof typeof ownTexts {
  return Object.hasOwn(ownTexts, why)
}

/** Where else a message can go by hand: the channels by which its client can be reached, this one left out. */
export function otherChannels(
  contacts: readonly Contact[],
  policy: Policy,
  purpose: 'service' | 'advertising',
): ChannelName[] {
  const forbidden = forbiddenChannels(policy, purpose)
  return policy.channelOrder.filter(
    (name) =>
      policy.channelsOn.includes(name) &&
      !forbidden.includes(name) &&
      contacts.some((each) => each.channel === name && each.isCurrent && each.blockedReason === null),
  )
}
