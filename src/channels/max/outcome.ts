import { z } from 'zod'
import type { Outcome } from '../channel.ts'
import type { Answer } from './call.ts'

type Refusal = Extract<Answer, { kind: 'refusal' }>
type Words = { code: string; description: string }
type Means = (words: Words) => Outcome
type Row = { says: RegExp; code: string; means: Means }

const blocked: Means = (words) => ({ kind: 'refused', reason: 'blocked', ...words })
const notFound: Means = (words) => ({ kind: 'refused', reason: 'not_found', ...words })
const rejected: Means = (words) => ({ kind: 'refused', reason: 'rejected_by_channel', ...words })
const ourChannel: Means = (words) => ({ kind: 'broken', scope: 'channel', ...words })
const ourMessage: Means = (words) => ({ kind: 'broken', scope: 'message', ...words })
const soon: Means = (words) => ({ kind: 'deferred', reason: 'channel_down', retryAfterMs: 1_000, ...words })

/**
 * Looked for in `code` and in the text alike: MAX moves its keys between the two. Keys: fixtures of the official clients
 * (verify.token, attachment.not.ready) and what public integrations meet (the others); the documents name statuses only.
 */
const bySaying: Row[] = [
  { says: /verify\.token|access_token/i, code: 'token', means: ourChannel },
  { says: /dialog\.suspended/i, code: 'dialog_suspended', means: blocked },
  { says: /dialog\.?not\.?found/i, code: 'dialog_not_found', means: notFound },
  { says: /(?:chat|user)\.?not\.?found|(?:chat|user)\b.*\bnot found/i, code: 'chat_not_found', means: notFound },
  { says: /attachment\.not\.(?:ready|processed)/i, code: 'attachment_not_ready', means: soon },
  { says: /chat\.denied|access\.denied/i, code: 'chat_denied', means: rejected },
  { says: /path\b.*not recogni[sz]ed|method\.not\.allowed/i, code: 'wrong_address', means: ourChannel },
  { says: /unknown recipient/i, code: 'unknown_recipient', means: ourMessage },
]

/** Where no words fit. 405 is not about this client: whoever answers so to POST /messages is not the Bot API. */
const byStatus: Record<number, Means> = { 401: ourChannel, 403: rejected, 404: rejected, 405: ourChannel }

/** Without a Retry-After; the usual limits are 30 a second for the bot and 2 for a dialog (dev.max.ru, POST /messages). */
const pauseMs = 2_000

/** The exhaustive table from MAX's answer to a send to our words. */
export function outcomeOf(answer: Answer): Outcome {
  switch (answer.kind) {
    case 'result':
      return sentOf(answer.result)
    case 'refusal':
      return refusedOf(answer)
    case 'not_connected':
      return notConnectedOf(answer.code)
    case 'lost':
      return { kind: 'unknown', code: answer.code, description: 'Ответ MAX не получен: сообщение могло дойти.' }
  }
}

const sentSchema = z.object({ message: z.object({ body: z.object({ mid: z.string().min(1) }) }) })

function sentOf(result: unknown): Outcome {
  const sent = sentSchema.safeParse(result)
  if (sent.success) return { kind: 'sent', providerMessageId: sent.data.message.body.mid }
  return { kind: 'unknown', code: 'no_message_id', description: 'MAX ответил без номера сообщения: оно могло дойти.' }
}

function refusedOf(refusal: Refusal): Outcome {
  const row = bySaying.find(({ says }) => says.test(refusal.code) || says.test(refusal.description))
  const description = refusal.description || refusal.code
  if (refusal.status === 429) {
    const retryAfterMs = refusal.retryAfterMs ?? pauseMs
    return { kind: 'limited', scope: 'bot', retryAfterMs, code: 'max_429', description }
  }
  // An answer we do not know is still an answer: the message was surely not sent, and sending it again would end the same.
  const means = row?.means ?? byStatus[refusal.status] ?? ourMessage
  return means({ code: row?.code ?? `max_${refusal.status}`, description })
}

/** What Node says when nobody it trusts has signed the certificate (nodejs.org/api/tls.html, X509 certificate error codes). */
const untrusted = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
])

export function isUntrusted(code: string): boolean {
  return untrusted.has(code)
}

export const untrustedText =
  'Сертификат MAX подписан не известным нам центром. Задайте в MAX_CA_FILE сертификаты Минцифры (корневой и выпускающий).'

function notConnectedOf(code: string): Outcome {
  if (isUntrusted(code)) return { kind: 'broken', scope: 'channel', code, description: untrustedText }
  return { kind: 'deferred', reason: 'network', code, description: 'Соединение с MAX не установлено.' }
}
