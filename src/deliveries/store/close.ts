import { z } from 'zod'
import type { Outcome } from '../../channels/channel.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Database, Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded } from '../../lib/ids.ts'
import { type Decision, ownCodes, silencePause } from '../retry.ts'
import { addAlert } from './alerts.ts'
import type { Claimed } from './claim.ts'
import { type Decided, nextOfClients } from './decide.ts'
import { clearBroken, endDeferrals, noteFailures, pauseBot } from './limits.ts'

export type Closing = {
  claimed: Claimed
  outcome: Outcome
  decision: Decision
  durationMs: number
  renewed: Renewed | undefined
  /** The message, as it left, had something that tells us of a tap. */
  tellsTap: boolean
}

/** The message as it left when it was rendered anew: its template's version, and until when its words are true. */
export type Renewed = { message: string; version: string; staleAt: Date | null }

export type Closed = {
  /** False when the sweep had given the delivery up and its repeat is already on its way. */
  wasOurs: boolean
  woken: Decided[]
  /** The channel itself went down with this answer, or came back. */
  turn: ChannelTurn | undefined
}

export type ChannelTurn = { kind: 'down'; code: string; description: string } | { kind: 'up'; downMs: number }

export type CloseNeeds = { db: Database; vault: Vault }

/** Notes what the calls came to: attempts, deliveries, contacts and the bot's pause, in one transaction. */
export async function close(needs: CloseNeeds, closings: readonly Closing[]): Promise<Closed[]> {
  const { ours, turn } = closings.some(touchesMore)
    ? await needs.db.transaction(async (db) => {
        const ours = await noteAnswers(db, needs.vault, closings)
        // In the order of a claim: deliveries, the channel, contacts.
        const turn = await updateChannel(db, closings)
        for (const closing of closings) await markContact(db, needs.vault, closing)
        return { ours, turn }
      })
    : { ours: await noteAnswers(needs.db, needs.vault, closings), turn: undefined }
  // After the commit: whoever found himself blocked by one of these was there before it, and is seen now.
  const decided = closings.filter(({ claimed, decision }) => ends(decision) && ours.has(claimed.id))
  const woken = await nextOfClients(
    needs.db,
    decided.map((each) => each.claimed.clientId),
  )
  return closings.map((each, index) => ({
    wasOurs: ours.has(each.claimed.id),
    woken: index === 0 ? woken : [],
    turn: index === 0 ? turn : undefined,
  }))
}

/** A failure does not end the line yet: another channel is looked for first (notifications/move). */
function ends({ nextInMs, state }: Decision): boolean {
  return nextInMs === null && state !== 'failed'
}

/** Whether an answer says something of the contact or of the whole bot: then a transaction holds it together. */
function touchesMore({ claimed, decision, outcome }: Closing): boolean {
  if (decision.contact !== null || decision.pauseMs !== null) return true
  return claimed.brokenCount > 0 || claimed.failuresInRow > 0 || isSilence(outcome)
}

/** The messenger gave no answer of its own. */
function isSilence(outcome: Outcome): boolean {
  if (outcome.kind === 'unknown') return true
  return outcome.kind === 'deferred' && !Object.values<string>(ownCodes).includes(outcome.code)
}

/**
 * The attempt and the delivery, in one statement. A late answer still counts while nobody has begun the repeat: then the
 * truth is known after all. Answers the deliveries that were still ours.
 */
async function noteAnswers(db: Queryable, vault: Vault, closings: readonly Closing[]): Promise<Set<string>> {
  const rows = closings.map(({ claimed, outcome, decision, durationMs, renewed, tellsTap }) => ({
    id: claimed.id,
    attemptId: claimed.attemptId,
    startedAt: claimed.startAt,
    durationMs: Math.round(durationMs),
    outcome: outcome.kind,
    code: outcome.kind === 'sent' ? null : outcome.code,
    description: outcome.kind === 'sent' ? null : outcome.description,
    providerMessageId: outcome.kind === 'sent' ? outcome.providerMessageId : null,
    state: decision.state,
    reason: decision.reason,
    nextInMs: decision.nextInMs,
    failures: decision.countsAsFailure ? 1 : 0,
    message:
      renewed === undefined
        ? null
        : vault.seal({ id: claimed.clientId, dataKey: claimed.dataKey }, 'message', renewed.message),
    version: renewed?.version ?? null,
    staleAt: renewed?.staleAt ?? null,
    tellsTap,
  }))
  const column = <K extends keyof (typeof rows)[number]>(key: K) => rows.map((row) => row[key])
  const updated = await db.many(
    z.object({ id: z.string().transform(branded<'delivery'>) }),
    sql`with r as (
          select * from unnest(${column('id')}::text[], ${column('attemptId')}::text[], ${column('startedAt')}::timestamptz[],
            ${column('durationMs')}::int[], ${column('outcome')}::text[], ${column('code')}::text[], ${column('description')}::text[],
            ${column('providerMessageId')}::text[], ${column('state')}::text[], ${column('reason')}::text[], ${column('nextInMs')}::bigint[],
            ${column('failures')}::int[], ${column('message')}::bytea[], ${column('version')}::text[], ${column('staleAt')}::timestamptz[],
            ${column('tellsTap')}::boolean[])
            as r (id, attempt_id, started_at, duration_ms, outcome, code, description, provider_message_id, state, reason, next_in_ms,
                  failures, message, version, stale_at, tells_tap)
        ), closed as (
          update attempts a set finished_at = a.started_at + r.duration_ms * interval '1 millisecond', outcome = r.outcome, code = r.code,
                 description = r.description, provider_message_id = r.provider_message_id
          from r where a.id = r.attempt_id and a.started_at = r.started_at
            -- What was given up long ago is sealed in the journal's chain by now.
            and (a.finished_at is null or a.started_at > statement_timestamp() - interval '10 minutes')
        )
        update deliveries d set state = r.state, reason = r.reason, failures = d.failures + r.failures,
          provider_message_id = coalesce(r.provider_message_id, d.provider_message_id),
          -- Null: the client was erased while the call was on its way.
          message = case when d.message is null then null else coalesce(r.message, d.message) end, template_version = coalesce(r.version, d.template_version),
          stale_at = case when r.message is null then d.stale_at else r.stale_at end,
          next_attempt_at = clock_timestamp() + r.next_in_ms * interval '1 millisecond',
          decided_at = case when r.next_in_ms is null and r.state <> 'failed' then clock_timestamp() end,
          move_since = case when r.state = 'failed' then clock_timestamp() end,
          lease_until = null, updated_at = clock_timestamp(), tells_tap = r.tells_tap
        from r where d.id = r.id and d.attempt_id = r.attempt_id and d.state in ('sending', 'unknown')
        returning d.id`,
  )
  return new Set(updated.map((row) => row.id))
}

async function markContact(db: Queryable, vault: Vault, { claimed, decision }: Closing): Promise<void> {
  const { contact } = decision
  if (contact === null) return
  if (contact.kind === 'moved') {
    const owner = { id: claimed.clientId, dataKey: claimed.dataKey }
    await db.run(
      sql`update contacts set address = ${vault.seal(owner, 'address', contact.address)},
                 address_index = ${vault.index('address', `${claimed.channel}:${contact.address}`)}
          where id = ${claimed.contactId}`,
    )
    return
  }
  await db.run(
    sql`update contacts set blocked_reason = ${contact.kind}, blocked_at = now() where id = ${claimed.contactId}`,
  )
}

/** What these answers, all of one channel, say of it as a whole. */
async function updateChannel(db: Queryable, closings: readonly Closing[]): Promise<ChannelTurn | undefined> {
  const [first] = closings
  if (!first) return undefined
  const { channel, brokenCount } = first.claimed
  let turn: ChannelTurn | undefined
  const tellOf = async (alert: { turn: 'down' | 'up'; description: string }) => {
    if (channel !== 'sandbox') await addAlert(db, { channel, ...alert })
  }
  const goesDown = async (pause: Parameters<typeof pauseBot>[2]) => {
    const { code, description } = pause
    if (!(await pauseBot(db, channel, pause))) return
    turn = { kind: 'down', code, description }
    await tellOf({ turn: 'down', description })
  }
  if (closings.some(({ outcome }) => outcome.kind === 'sent' || outcome.kind === 'refused')) {
    const downMs = await clearBroken(db, channel)
    if (downMs !== undefined) {
      turn = { kind: 'up', downMs }
      await endDeferrals(db, channel)
      await tellOf({ turn: 'up', description: `Не работал ${minutesOf(downMs)}.` })
    }
  } else {
    const silent = closings.filter(({ outcome }) => isSilence(outcome)).length
    // Test phones lose answers on purpose.
    if (channel !== 'sandbox' && silent > 0 && (await noteFailures(db, channel, silent))) {
      const description = 'Мессенджер не отвечает.'
      await goesDown({ ms: silencePause(brokenCount), code: 'no_answer', description, brokenCount: brokenCount + 1 })
    }
  }
  for (const { outcome, decision, claimed } of closings) {
    if (decision.pauseMs === null || outcome.kind === 'sent') continue
    const { code, description } = outcome
    const count = decision.isBroken ? claimed.brokenCount + 1 : 0
    await goesDown({ ms: decision.pauseMs, code, description, brokenCount: count })
  }
  return turn
}

function minutesOf(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  return minutes < 1 ? 'меньше минуты' : `${minutes} мин`
}
