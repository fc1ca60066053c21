import { z } from 'zod'
import type { Client } from '../clients/client.ts'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import { and, type Sql, sql } from '../db/sql.ts'
import { type ChannelName, channelNames } from '../lib/channel-name.ts'
import { branded, type ClientId, type ContactId, type EventId, newId, type QuestionId } from '../lib/ids.ts'
import { type Question, type QuestionFilter, type QuestionScope, questionStates } from './question.ts'

export type QuestionNeeds = { db: Queryable; vault: Vault }

export type NewQuestion = {
  client: Client
  contactId: ContactId
  channel: ChannelName
  addressIndex: Buffer
  branch: string | null
  zone: string | null
  text: string
  updateKey: string
}

/** An update that is worked twice asks once. Nothing is kept of a client who was erased meanwhile. */
export async function insertQuestion({ db, vault }: QuestionNeeds, asked: NewQuestion): Promise<void> {
  await db.run(
    sql`insert into questions (id, client_id, contact_id, channel, address_index, branch_code, zone, body, update_key)
        select ${newId('question')}, id, ${asked.contactId}, ${asked.channel}, ${asked.addressIndex}, ${asked.branch}::text,
               ${asked.zone}::text, ${vault.seal(asked.client, 'question', asked.text)}, ${asked.updateKey}
        from clients where id = ${asked.client.id} and erased_at is null
        on conflict (channel, update_key) do nothing`,
  )
}

/** Did this update ask something already? */
export async function isAsked(db: Queryable, channel: ChannelName, updateKey: string): Promise<boolean> {
  const row = await db.maybeOne(
    z.object({ id: z.string() }),
    sql`select id from questions where channel = ${channel} and update_key = ${updateKey}`,
  )
  return row !== undefined
}

export async function openQuestions(db: Queryable, client: ClientId): Promise<number> {
  const row = await db.one(
    z.object({ open: z.bigint() }),
    sql`select count(*) as open from questions where client_id = ${client} and state = 'open'`,
  )
  return Number(row.open)
}

const columns = sql`q.id, q.state, q.created_at, q.channel, q.branch_code, q.client_id, q.body, q.answer, q.answered_at, q.answered_by,
  q.answer_event_id, c.external_id, c.phone, c.full_name, c.data_key, coalesce(s.private_texts, false) as private_texts`

const questionRow = z.object({
  id: z.string().transform(branded<'question'>),
  state: z.enum(questionStates),
  created_at: z.date(),
  channel: z.enum(channelNames),
  branch_code: z.string().nullable(),
  client_id: z.string().transform(branded<'client'>),
  body: z.instanceof(Buffer).nullable(),
  answer: z.instanceof(Buffer).nullable(),
  answered_at: z.date().nullable(),
  answered_by: z.string().nullable(),
  answer_event_id: z.string().nullable(),
  external_id: z.string().nullable(),
  phone: z.instanceof(Buffer).nullable(),
  full_name: z.instanceof(Buffer).nullable(),
  data_key: z.instanceof(Buffer).nullable(),
  private_texts: z.boolean(),
})

/** The newest first. */
export async function listQuestions(
  needs: QuestionNeeds,
  filter: QuestionFilter,
  scope: QuestionScope,
  limit: number,
): Promise<Question[]> {
  const rows = await needs.db.many(
    questionRow,
    sql`select ${columns} from questions q join clients c on c.id = q.client_id left join client_settings s on s.client_id = q.client_id
        where ${and(conditionsOf(filter, scope))} order by q.id desc limit ${limit}`,
  )
  return rows.map((row) => questionOf(needs.vault, row))
}

export async function questionById(
  needs: QuestionNeeds,
  id: QuestionId,
  scope: QuestionScope,
): Promise<Question | undefined> {
  const row = await needs.db.maybeOne(
    questionRow,
    sql`select ${columns} from questions q join clients c on c.id = q.client_id left join client_settings s on s.client_id = q.client_id
        where q.id = ${id} and ${and(conditionsOf({}, scope))}`,
  )
  return row && questionOf(needs.vault, row)
}

function conditionsOf({ state, branch, before }: QuestionFilter, { branchCode }: QuestionScope): Sql[] {
  const conditions: Sql[] = []
  if (state !== undefined) conditions.push(sql`q.state = ${state}`)
  if (branch !== undefined) conditions.push(sql`q.branch_code = ${branch}`)
  if (branchCode !== null) conditions.push(sql`q.branch_code = ${branchCode}`)
  if (before !== undefined) conditions.push(sql`q.id < ${before}`)
  return conditions
}

function questionOf(vault: Vault, row: z.output<typeof questionRow>): Question {
  const owner = { id: row.client_id, dataKey: row.data_key }
  return {
    id: row.id,
    state: row.state,
    at: row.created_at,
    channel: row.channel,
    branch: row.branch_code,
    client: {
      id: row.client_id,
      externalId: row.external_id,
      phone: vault.open(owner, 'phone', row.phone),
      fullName: vault.open(owner, 'full_name', row.full_name),
      privateTexts: row.private_texts,
    },
    text: vault.open(owner, 'question', row.body),
    answer:
      row.answered_at === null
        ? null
        : {
            text: vault.open(owner, 'answer', row.answer),
            at: row.answered_at,
            by: row.answered_by ?? '',
            eventId: row.answer_event_id,
          },
  }
}

/** Where the answer to a question goes, and whether it may still be given. Holds the question until the transaction ends. */
export async function lockQuestion(db: Queryable, id: QuestionId) {
  return await db.maybeOne(
    z.object({
      state: z.enum(questionStates),
      contact_id: z.string().nullable(),
      branch_code: z.string().nullable(),
      zone: z.string().nullable(),
    }),
    // The chat, by whatever contact leads there now: a merge or another phone has made another one of it.
    sql`select q.state, q.branch_code, q.zone, (
          select k.id from contacts k join clients c on c.id = k.client_id
          where k.client_id = q.client_id and k.channel = q.channel and k.address_index = q.address_index and k.unlinked_at is null
            and (k.phone_index is null or k.phone_index is not distinct from c.phone_index)
          order by k.linked_at desc limit 1) as contact_id
        from questions q where q.id = ${id} for update of q`,
  )
}

export async function noteAnswer(
  { db, vault }: QuestionNeeds,
  id: QuestionId,
  answer: { client: Client; text: string; by: string; eventId: EventId },
): Promise<void> {
  await db.run(
    sql`update questions set state = 'answered', answer = ${vault.seal(answer.client, 'answer', answer.text)},
               answered_at = clock_timestamp(), answered_by = ${answer.by}, answer_event_id = ${answer.eventId}
        where id = ${id} and state = 'open'`,
  )
}

/** False when it was closed before. */
export async function closeQuestion(db: Queryable, id: QuestionId, by: string): Promise<boolean> {
  const closed = await db.run(
    sql`update questions set state = 'closed', closed_at = clock_timestamp(), closed_by = ${by}
        where id = ${id} and state <> 'closed'`,
  )
  return closed > 0
}

/** The client whom an event belongs to: an answer must not be kept for another than its question's. */
export async function isEventOf(db: Queryable, event: EventId, client: Client): Promise<boolean> {
  const row = await db.maybeOne(
    z.object({ id: z.string() }),
    sql`select id from events where id = ${event} and client_id = ${client.id}`,
  )
  return row !== undefined
}
