import { z } from 'zod'
import type { Outcome } from '../channel.ts'
import type { Answer } from './call.ts'

type Refusal = Extract<Answer, { kind: 'refusal' }>
type Words = { code: string; description: string }
type Row = { says: RegExp; code: string; means: (words: Words) => Outcome }

const blocked = (words: Words): Outcome => ({ kind: 'refused', reason: 'blocked', ...words })
const notFound = (words: Words): Outcome => ({ kind: 'refused', reason: 'not_found', ...words })
const rejected = (words: Words): Outcome => ({ kind: 'refused', reason: 'rejected_by_channel', ...words })
const ourChannel = (words: Words): Outcome => ({ kind: 'broken', scope: 'channel', ...words })
const ourMessage = (words: Words): Outcome => ({ kind: 'broken', scope: 'message', ...words })

/**
 * Telegram has no machine codes: the text decides, the status only where no text fits, because a 403 in CONSTANT_CASE comes
 * as a 400. Texts: tdlib/telegram-bot-api, Client.cpp, fail_query_with_error and check_chat.
 */
const byText: Row[] = [
  { says: /bot was blocked by the user|USER_IS_BLOCKED/i, code: 'bot_blocked', means: blocked },
  { says: /user is deactivated|USER_DEACTIVATED/i, code: 'user_deactivated', means: notFound },
  { says: /chat not found|PEER_ID_INVALID|CHAT_ID_INVALID/i, code: 'chat_not_found', means: notFound },
  { says: /chat_id is empty|chat identifier/i, code: 'chat_not_found', means: notFound },
  { says: /bot can't initiate conversation/i, code: 'not_started', means: notFound },
  { says: /bot was kicked|bot is not a member|group chat was deleted/i, code: 'chat_left', means: notFound },
  { says: /bot can't send messages to bots|USER_IS_BOT/i, code: 'address_is_bot', means: rejected },
  { says: /PRIVACY_PREMIUM_REQUIRED|ALLOW_PAYMENT_REQUIRED/i, code: 'privacy', means: rejected },
  { says: /not enough rights|have no rights|CHAT_WRITE_FORBIDDEN/i, code: 'no_rights', means: rejected },
  { says: /FROZEN_METHOD_INVALID/i, code: 'frozen', means: ourChannel },
  { says: /can't parse entities|ENTITY_|ENTITIES_/i, code: 'cannot_parse', means: ourMessage },
  { says: /message text is empty|text must be non-empty|MESSAGE_EMPTY/i, code: 'empty', means: ourMessage },
  { says: /message is too long|text is too long|MESSAGE_TOO_LONG/i, code: 'too_long', means: ourMessage },
  { says: /reply markup is too long|REPLY_MARKUP_/i, code: 'markup_invalid', means: ourMessage },
  { says: /BUTTON_|inline keyboard|keyboard button/i, code: 'button_invalid', means: ourMessage },
  {
    says: /Wrong HTTP URL|Failed to get HTTP URL|Wrong type of the web page/i,
    code: 'url_invalid',
    means: ourMessage,
  },
]

const byStatus: Record<number, Row['means']> = { 401: ourChannel, 404: ourChannel, 409: ourChannel, 403: rejected }

/** The exhaustive table from Telegram's answer to a send to our words. */
export function outcomeOf(answer: Answer): Outcome {
  switch (answer.kind) {
    case 'result':
      return sentOf(answer.result)
    case 'refusal':
      return refusedOf(answer)
    case 'not_connected':
      return {
        kind: 'deferred',
        reason: 'network',
        code: answer.code,
        description: 'Соединение с Telegram не установлено.',
      }
    case 'lost':
      return { kind: 'unknown', code: answer.code, description: 'Ответ Telegram не получен: сообщение могло дойти.' }
  }
}

/** True when Telegram did not take our markup, so the same text without it may pass. */
export function isMarkupRefused(answer: Answer): boolean {
  return answer.kind === 'refusal' && outcomeCode(answer) === 'cannot_parse'
}

const sentSchema = z.object({ message_id: z.union([z.int(), z.string()]) })

function sentOf(result: unknown): Outcome {
  const sent = sentSchema.safeParse(result)
  if (sent.success) return { kind: 'sent', providerMessageId: String(sent.data.message_id) }
  return {
    kind: 'unknown',
    code: 'no_message_id',
    description: 'Telegram ответил без номера сообщения: оно могло дойти.',
  }
}

function refusedOf(refusal: Refusal): Outcome {
  const words = { code: outcomeCode(refusal), description: refusal.description }
  if (refusal.migrateTo !== undefined)
    return { kind: 'moved', address: refusal.migrateTo, ...words, code: 'chat_moved' }
  if (refusal.status === 429) return { kind: 'limited', scope: 'bot', retryAfterMs: pauseOf(refusal), ...words }
  // An answer we do not know is still an answer: the message was surely not sent, and sending it again would end the same.
  return (rowOf(refusal)?.means ?? byStatus[refusal.status] ?? ourMessage)(words)
}

function outcomeCode(refusal: Refusal): string {
  return rowOf(refusal)?.code ?? `telegram_${refusal.status}`
}

function rowOf(refusal: Refusal): Row | undefined {
  return byText.find((row) => row.says.test(refusal.description))
}

function pauseOf(refusal: Refusal): number {
  const inText = /retry after (\d+)/i.exec(refusal.description)?.[1]
  return (refusal.retryAfterS ?? Number(inText ?? 10)) * 1000
}
