import { isTestPhone } from '../channels/sandbox/test-phones.ts'
import type { Client } from '../clients/client.ts'
import { lockClients } from '../clients/store.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import { planJobs } from '../events/jobs.ts'
import type { AnswerEvent } from '../events/kept.ts'
import { keepEvents } from '../events/store/keep.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import type { QuestionId } from '../lib/ids.ts'
import type { QueueSystem } from '../queue/queue.ts'
import type { Question, QuestionScope } from './question.ts'
import { closeQuestion, isEventOf, lockQuestion, noteAnswer, questionById } from './store.ts'

export type AnswerNeeds = {
  db: Database
  vault: Vault
  queue: Pick<QueueSystem, 'add'>
  onQueueTrouble(error: unknown): void
}

/**
 * Answers a question, once. The answer is kept as an event of its client, so that it goes the way of every message: in
 * order, by consent, outside quiet hours, into the journal; but to the chat of its question only.
 * @throws RequestError 404; 409 when somebody has answered or closed it before; 422 when the chat is gone.
 */
export async function answerQuestion(
  needs: AnswerNeeds,
  id: QuestionId,
  { text, by, scope }: { text: string; by: string; scope: QuestionScope },
): Promise<Question> {
  const question = await questionById(needs, id, scope)
  if (!question) throw unknownQuestion()
  const kept = await needs.db.transaction(async (db) => {
    const inside = { db, vault: needs.vault }
    // The client first, as everywhere.
    const [client] = await lockClients(inside, [question.client.id])
    const held = await lockQuestion(db, id)
    if (!client || !held) throw unknownQuestion()
    if (held.state === 'answered')
      throw new RequestError(
        'already_answered',
        'На этот вопрос уже ответили; первый ответ сохранён, этот не отправлен.',
      )
    if (held.state === 'closed')
      throw new RequestError('already_answered', 'Этот вопрос закрыт без ответа. Отвечать на него поздно.')
    if (held.contact_id === null)
      throw new RequestError('field_invalid', 'Чата, в котором задали вопрос, больше нет: клиента отключили от него.')
    const event = answerEvent(id, client, { text, contactId: held.contact_id, branch: branchIn(held) })
    const [kept] = await keepEvents(inside, [
      { source: 'bot', keyId: 'bot', test: false, teamOnly: false, event, warnings: [], receivedAt: new Date() },
    ])
    if (kept === undefined || !(await isEventOf(db, kept.id, client))) throw new Error('an answer was kept for another')
    await noteAnswer(inside, id, { client, text, by, eventId: kept.id })
    return kept
  })
  // A queue that is away loses nothing: the sweep finds what was kept and never planned.
  await needs.queue.add(planJobs([kept])).catch(needs.onQueueTrouble)
  return (await questionById(needs, id, scope)) ?? question
}

/** @throws RequestError 404 */
export async function endQuestion(
  needs: Pick<AnswerNeeds, 'db' | 'vault'>,
  id: QuestionId,
  { by, scope }: { by: string; scope: QuestionScope },
): Promise<Question> {
  if ((await questionById(needs, id, scope)) === undefined) throw unknownQuestion()
  await closeQuestion(needs.db, id, by)
  const question = await questionById(needs, id, scope)
  if (!question) throw unknownQuestion()
  return question
}

function unknownQuestion(): RequestError {
  return new RequestError('not_found', 'Вопроса с таким идентификатором нет.')
}

function branchIn({ branch_code: code, zone }: { branch_code: string | null; zone: string | null }) {
  return code === null && zone === null ? undefined : compact({ code: code ?? undefined, timezone: zone ?? undefined })
}

/** A test phone that somebody's try left on the record would make a rehearsal of it. */
function answerEvent(
  id: QuestionId,
  { externalId, phone, fullName }: Client,
  { text, contactId, branch }: { text: string; contactId: string; branch: AnswerEvent['branch'] },
): AnswerEvent {
  const isNamed = externalId !== null && isTestPhone(phone)
  return {
    id: `answer/${id}`,
    type: 'answer',
    occurredAt: new Date().toISOString(),
    client: compact({ id: externalId ?? undefined, phone: isNamed ? undefined : phone, fullName }),
    text: `Ответ на ваш вопрос:\n${text}`,
    contactId,
    ...(branch === undefined ? {} : { branch }),
  }
}
