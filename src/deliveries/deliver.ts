import { setTimeout as pause } from 'node:timers/promises'
import type { Channel, Outcome, WayName } from '../channels/channel.ts'
import type { Message } from '../channels/message.ts'
import { repeatsOf } from '../channels/registry.ts'
import { isDataError } from '../db/database.ts'
import { createBatcher } from '../lib/batcher.ts'
import type { DeliveryId, EventId } from '../lib/ids.ts'
import { deliveryJob } from './jobs.ts'
import { answerable, asRepeat, renewedText, storedMessageOf, tellsTap } from './message.ts'
import { judge, ownCodes } from './retry.ts'
import type { Claimed } from './store/claim.ts'
import { type ChannelTurn, type Closed, type Closing, close, type Renewed } from './store/close.ts'
import { type Decided, nextOfClients } from './store/decide.ts'
import { withTaps } from './taps.ts'
import { createTurns, type TurnNeeds } from './turns.ts'

export type DeliverNeeds = TurnNeeds & {
  channel: Pick<Channel, 'send'> & { name: WayName }
  /** The message anew, for a delivery whose wording has aged. */
  render(
    eventId: EventId,
  ): Promise<{ message: Message; version: string; staleAt: Date | null; isPrivate: boolean } | undefined>
  /** Where a link of a message leads, so that its tap is seen; undefined where we have no address outside. */
  tapUrl: ((delivery: DeliveryId, link: number) => string) | undefined
  /** Looks for the next channel of a delivery that failed. */
  moveOn(ids: readonly DeliveryId[]): Promise<void>
  onDone(line: DeliveryLine): void
  onQueueTrouble(error: unknown): void
  onMoveTrouble(error: unknown): void
  /** The database does not take an answer, which is kept and offered again: told once for each. */
  onNoteTrouble(id: DeliveryId, error: unknown): void
  /** The channel as a whole went down, or works again: told once. */
  onTurn(channel: WayName, turn: ChannelTurn): void
}

/** The one wide line of a delivery job. Nothing personal in it. */
export type DeliveryLine = {
  delivery: DeliveryId
  /** Of a call: what its line has in common with those of the request and the plan. */
  event?: EventId
  channel: WayName
  result: 'gone' | 'behind' | 'paused' | 'early' | 'dropped' | 'unreadable' | 'attempted'
  reason?: string | null
  attempt?: number
  repeat?: boolean
  outcome?: string
  code?: string
  state?: string
  durationMs?: number
  waitedMs?: number
}

export type Deliver = (id: DeliveryId, signal: AbortSignal) => Promise<void>

/** How long an answer is kept for a database that is away. */
const noteForMs = 120_000

/** One delivery of this channel and lane: claim the row, call the messenger, close the attempt, wake whoever waited. */
export function createDeliver(needs: DeliverNeeds): Deliver {
  const claimInTurn = createTurns(needs)
  const closes = createBatcher<Closing, Closed>({
    limit: 100,
    queueLimit: 10_000,
    work: (items) => closeEach(needs, items),
  })

  return async (id, signal) => {
    const result = await claimInTurn(id, signal)
    if (result.kind === 'claimed') return await attempt(needs, closes.run, result)
    if (result.kind === 'dropped' && result.moves) await moveSurely(needs, id)
    else if (result.kind === 'dropped') await hint(needs, await nextOfClients(needs.db, [result.clientId]))
    needs.onDone({
      delivery: id,
      channel: needs.channel.name,
      result: result.kind,
      reason: result.kind === 'dropped' ? result.reason : null,
    })
  }
}

/** One answer that the database refuses must not hold up those of its round. */
async function closeEach(needs: DeliverNeeds, closings: Closing[]): Promise<Closed[]> {
  try {
    return await close(needs, closings)
  } catch (error) {
    if (!isDataError(error) || closings.length === 1) throw error
    const closed: Closed[] = []
    for (const closing of closings) {
      const one = await close(needs, [closing]).catch((fault: unknown) =>
        isDataError(fault) ? undefined : Promise.reject(fault),
      )
      closed.push(one?.[0] ?? { wasOurs: false, woken: [], turn: undefined })
    }
    return closed
  }
}

async function attempt(
  needs: DeliverNeeds,
  noteClosing: (closing: Closing) => Promise<Closed>,
  claimed: Claimed,
): Promise<void> {
  const claimedAtLocal = performance.now()
  const waitedMs = claimed.startAt.getTime() - claimed.claimedAt.getTime()
  if (waitedMs > 0) await pause(waitedMs)
  const { message, renewed } = await messageFor(needs, claimed)
  const startedAt = performance.now()
  const obstacle = ownObstacle(needs, claimed, renewed !== undefined, startedAt - claimedAtLocal)
  const outcome: Outcome = obstacle ?? (await needs.channel.send({ ...requestOf(claimed), message }))
  const durationMs = performance.now() - startedAt
  const { failures, repeat, brokenCount } = claimed
  const repeats = repeatsOf(needs.channel.name)
  const decision = judge({ outcome, failures, repeat, repeats, brokenCount, jitter: Math.random() })
  const closing = { claimed, outcome, decision, durationMs, renewed, tellsTap: tellsTap(message) }
  const { wasOurs, woken, turn } = await noteSurely(needs, noteClosing, closing)
  if (turn) needs.onTurn(needs.channel.name, turn)
  if (wasOurs && decision.nextInMs !== null) {
    const { id, channel, lane, attempt } = claimed
    await hintOf(needs, [deliveryJob({ id, channel, lane, attempts: attempt, delayMs: decision.nextInMs })])
  }
  await hint(needs, woken)
  if (wasOurs && decision.state === 'failed') await moveSurely(needs, claimed.id)
  needs.onDone({
    delivery: claimed.id,
    event: claimed.eventId,
    channel: claimed.channel,
    result: 'attempted',
    attempt: claimed.attempt,
    repeat,
    outcome: outcome.kind,
    ...(outcome.kind === 'sent' ? {} : { code: outcome.code }),
    state: decision.state,
    reason: decision.reason,
    durationMs: Math.round(durationMs),
    waitedMs: Math.round(waitedMs),
  })
}

/** Why a message does not leave although its time has come: our own doing, nothing that the messenger said. */
function ownObstacle(needs: DeliverNeeds, claimed: Claimed, isRenewed: boolean, waitedMs: number): Outcome | undefined {
  // A process that was stopped in between may have lost its lease, and the repeat may be on its way.
  if (waitedMs > needs.leaseMs / 3) {
    const description = 'the worker stood still before the call'
    return { kind: 'deferred', reason: 'network', code: ownCodes.paused, description }
  }
  if (claimed.mustRenew && !isRenewed) {
    const description = 'the consent to advertising was withdrawn, and the words could not be made anew'
    return { kind: 'deferred', reason: 'network', code: ownCodes.notReworded, description }
  }
  return undefined
}

function requestOf({ address, id: deliveryId, attempt, lastWroteAt }: Claimed) {
  return { address, deliveryId, attempt, lastWroteAt }
}

/**
 * The messenger has answered, and only this process knows what: a database that is away is waited for. Without its
 * answer a message that arrived would be repeated.
 */
async function noteSurely(
  needs: DeliverNeeds,
  note: (closing: Closing) => Promise<Closed>,
  closing: Closing,
): Promise<Closed> {
  const deadline = performance.now() + noteForMs
  for (let tries = 0; ; tries++) {
    try {
      return await note(closing)
    } catch (error) {
      if (tries === 0) needs.onNoteTrouble(closing.claimed.id, error)
      if (performance.now() > deadline) throw error
      await pause(500)
    }
  }
}

async function messageFor(
  needs: DeliverNeeds,
  claimed: Claimed,
): Promise<{ message: Message; renewed: Renewed | undefined }> {
  // A message that cannot be rendered anew leaves as it was: a throw here would make a lost answer of it.
  const rendered = claimed.isStale ? await needs.render(claimed.eventId).catch(() => undefined) : undefined
  const renewed = rendered && {
    ...rendered,
    message: renewedText(claimed.message, rendered.message, rendered.isPrivate),
  }
  const plain = answerable(storedMessageOf(renewed?.message ?? claimed.message), claimed.id)
  const { tapUrl } = needs
  const message = tapUrl === undefined ? plain : withTaps(plain, (link) => tapUrl(claimed.id, link))
  return { message: claimed.repeat ? asRepeat(message, claimed.channel) : message, renewed }
}

/** A process that dies before it is done leaves the rest to the sweep; so does a database that is away. */
async function moveSurely(needs: DeliverNeeds, id: DeliveryId): Promise<void> {
  await needs.moveOn([id]).catch(needs.onMoveTrouble)
}

async function hint(needs: DeliverNeeds, woken: readonly Decided[]): Promise<void> {
  const wokenBy = `w${Date.now().toString(36)}`
  await hintOf(
    needs,
    woken.map((each) => deliveryJob({ ...each, wokenBy })),
  )
}

/** A queue that is away loses nothing: the sweep finds what is due. */
async function hintOf(needs: DeliverNeeds, jobs: ReturnType<typeof deliveryJob>[]): Promise<void> {
  if (jobs.length === 0) return
  try {
    await needs.queue.add(jobs)
  } catch (error) {
    needs.onQueueTrouble(error)
  }
}
