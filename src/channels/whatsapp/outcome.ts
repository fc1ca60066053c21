import { z } from 'zod'
import type { Outcome } from '../channel.ts'
import type { Answer, GraphError } from './call.ts'

type Words = { code: string; description: string }
type Means = (words: Words, retryAfterMs?: number) => Outcome
type Row = { codes: readonly number[]; cause: string; means: Means }

const notFound: Means = (words) => ({ kind: 'refused', reason: 'not_found', ...words })
const rejected: Means = (words) => ({ kind: 'refused', reason: 'rejected_by_channel', ...words })
const ourChannel: Means = (words) => ({ kind: 'broken', scope: 'channel', ...words })
const ourMessage: Means = (words) => ({ kind: 'broken', scope: 'message', ...words })
const later: Means = (words) => ({ kind: 'deferred', reason: 'channel_down', ...words })
const unknown: Means = (words) => ({ kind: 'unknown', ...words })
const pause =
  (scope: 'bot' | 'chat', ms: number): Means =>
  (words, retryAfterMs) => ({ kind: 'limited', scope, retryAfterMs: retryAfterMs ?? ms, ...words })

/**
 * Meta's codes, of an answer and of a status webhook alike (developers.facebook.com/documentation/business-messaging/whatsapp,
 * support/error-codes). A template that is missing or does not fit is our settings: its messages wait until they are put
 * right, because a payout nobody was told of is worse than one told late.
 */
export const rows: readonly Row[] = [
  { codes: [0, 3, 10, 190, 102, 131005], cause: 'Meta не принимает токен или его прав мало.', means: ourChannel },
  { codes: [33], cause: 'Номера отправителя больше нет или он недоступен этому токену.', means: ourChannel },
  { codes: [368, 131031], cause: 'Meta заблокировала аккаунт за нарушение правил.', means: ourChannel },
  { codes: [131037], cause: 'Имя отправителя не одобрено.', means: ourChannel },
  { codes: [131042], cause: 'Meta не может списать оплату.', means: ourChannel },
  { codes: [131045, 133010], cause: 'Номер отправителя не зарегистрирован.', means: ourChannel },
  { codes: [132000, 132012], cause: 'Параметры шаблона не те, что одобрены.', means: ourChannel },
  { codes: [132001], cause: 'Шаблона с таким именем на этом языке нет или он не одобрен.', means: ourChannel },
  { codes: [132015], cause: 'Шаблон приостановлен из-за жалоб.', means: ourChannel },
  { codes: [132016], cause: 'Шаблон отключён навсегда.', means: ourChannel },
  { codes: [132005], cause: 'Текст с подставленными значениями длиннее, чем можно.', means: ourMessage },
  { codes: [132007, 132018], cause: 'Значение параметра шаблона не допускается.', means: ourMessage },
  { codes: [100, 131008, 131009], cause: 'Meta не принимает параметр сообщения.', means: ourMessage },
  { codes: [131021], cause: 'Получатель и отправитель — один номер.', means: ourMessage },
  { codes: [131051, 131062], cause: 'Такое сообщение этому получателю отправить нельзя.', means: ourMessage },
  { codes: [131052, 131053], cause: 'Не удалось передать вложение.', means: ourMessage },
  {
    codes: [131047],
    cause: 'Прошло больше 24 часов с последнего сообщения клиента, а шаблона нет.',
    means: ourMessage,
  },
  // Meta does not tell a block from an old application: it names one code for all of them.
  {
    codes: [131026],
    cause: 'Не доставить: у номера нет WhatsApp, он устарел или клиент нас заблокировал.',
    means: notFound,
  },
  { codes: [131030], cause: 'Номера нет в списке разрешённых для тестового отправителя.', means: rejected },
  { codes: [131049, 131050, 130472], cause: 'Meta не доставляет этому человеку такие сообщения.', means: rejected },
  // One foreign number must not stop the channel for everybody else.
  { codes: [130497], cause: 'Meta не разрешает нам писать в страну получателя.', means: rejected },
  { codes: [4, 17, 32, 613, 80007], cause: 'Исчерпан лимит обращений к API.', means: pause('bot', 60_000) },
  { codes: [130429], cause: 'Исчерпана скорость отправки номера.', means: pause('bot', 5_000) },
  { codes: [131048], cause: 'Meta ограничила номер из-за жалоб.', means: pause('bot', 900_000) },
  // About one message in six seconds for each recipient.
  { codes: [131056], cause: 'Слишком много сообщений этому получателю.', means: pause('chat', 12_000) },
  { codes: [131000, 131016, 133004], cause: 'WhatsApp временно не отправляет.', means: later },
  { codes: [131057], cause: 'Аккаунт на обслуживании.', means: later },
  // With a status of 500 and more these do not say that nothing was sent; a receipt will tell.
  { codes: [1, 2], cause: 'Сбой у Meta: сообщение могло уйти.', means: unknown },
]

const byCode = new Map(rows.flatMap((row) => row.codes.map((code) => [code, row])))

/** The table from Meta's answer to a send to our words. */
export function outcomeOf(answer: Answer): Outcome {
  switch (answer.kind) {
    case 'result':
      return sentOf(answer.result)
    case 'refusal':
      return meaningOf(answer.error, answer.status, answer.retryAfterMs)
    case 'not_connected':
      return {
        kind: 'deferred',
        reason: 'network',
        code: answer.code,
        description: 'Соединение с WhatsApp не установлено.',
      }
    case 'lost':
      return { kind: 'unknown', code: answer.code, description: 'Ответ WhatsApp не получен: сообщение могло дойти.' }
  }
}

/**
 * What a status webhook's error means: the message was taken and then failed for good. Nobody sends it again, so it must
 * not bear a reason that promises «it will go on by itself».
 */
export function failureOf(error: GraphError | undefined): Outcome {
  if (!error)
    return rejected({ code: 'whatsapp_failed', description: 'WhatsApp не доставил сообщение и не сказал почему.' })
  const outcome = meaningOf(error, 400)
  if (outcome.kind === 'refused' || outcome.kind === 'sent') return outcome
  return rejected({ code: outcome.code, description: outcome.description })
}

/** True when free text came too late, so that an approved template may still pass. */
export function isWindowShut(answer: Answer): boolean {
  return answer.kind === 'refusal' && answer.error.code === 131047
}

const sentSchema = z.object({ messages: z.tuple([z.object({ id: z.string().min(1) })]).rest(z.unknown()) })

function sentOf(result: unknown): Outcome {
  const sent = sentSchema.safeParse(result)
  if (sent.success) return { kind: 'sent', providerMessageId: sent.data.messages[0].id }
  return {
    kind: 'unknown',
    code: 'no_message_id',
    description: 'WhatsApp ответил без номера сообщения: оно могло дойти.',
  }
}

function meaningOf(error: GraphError, status: number, retryAfterMs?: number): Outcome {
  const row = rowOf(error)
  const words = {
    code: `whatsapp_${error.code}`,
    description: [row?.cause, error.said].filter(Boolean).join(' ') || 'WhatsApp отказал без объяснений.',
  }
  const means = row?.means ?? byStatus(status)
  return (means === unknown && status < 500 ? later : means)(words, retryAfterMs)
}

function rowOf({ code, subcode }: GraphError): Row | undefined {
  // «Object with ID … does not exist»: 100 with subcode 33 is the number of the sender, not the message.
  if (code === 100 && subcode === 33) return byCode.get(33)
  if (code >= 200 && code <= 299) return byCode.get(10)
  return byCode.get(code)
}

/** A code we do not know is still an answer: the message was surely not sent, unless the fault was Meta's own. */
function byStatus(status: number): Means {
  if (status >= 500) return unknown
  if (status === 429) return pause('bot', 60_000)
  return status === 401 || status === 403 || status === 404 ? ourChannel : ourMessage
}
