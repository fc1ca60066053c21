import { z } from 'zod'
import type { Outcome } from '../channel.ts'
import type { Answer } from './call.ts'

type Words = { code: string; description: string }
type Means = (words: Words) => Outcome

const blocked: Means = (words) => ({ kind: 'refused', reason: 'blocked', ...words })
const notFound: Means = (words) => ({ kind: 'refused', reason: 'not_found', ...words })
const rejected: Means = (words) => ({ kind: 'refused', reason: 'rejected_by_channel', ...words })
const ourChannel: Means = (words) => ({ kind: 'broken', scope: 'channel', ...words })
const ourMessage: Means = (words) => ({ kind: 'broken', scope: 'message', ...words })
const later: Means = (words) => ({ kind: 'deferred', reason: 'channel_down', ...words })
const unknown: Means = (words) => ({ kind: 'unknown', ...words })
const limited =
  (scope: 'bot' | 'chat', retryAfterMs: number): Means =>
  (words) => ({ kind: 'limited', scope, retryAfterMs, ...words })

/**
 * Codes of errors.json of VKCOM/vk-api-schema that a community key can meet at messages.send. VK names no pause for its
 * limits: 20 calls a second (6), too much of the same (9), an unpublished quantity (29).
 */
const rows: [means: Means, codes: number[]][] = [
  // An internal failure. Should the message have left all the same, the retry bears its random_id and VK drops it.
  [later, [1, 10, 43]],
  // Interrupted half-way: nobody knows.
  [unknown, [36]],
  [limited('bot', 1_000), [6]],
  [limited('bot', 5_000), [32]],
  [limited('chat', 60_000), [9]],
  [limited('bot', 900_000), [29]],
  // Denied by the person. Whether he ever allowed is asked separately (whyDenied in send.ts).
  [blocked, [901]],
  // The community's own blacklist (900) and his settings (902) change without an event to us, so the contact stays.
  [rejected, [900, 902, 30, 932, 945, 946, 950, 962, 985, 987, 988, 1012]],
  [notFound, [18, 37, 39, 113, 917, 922, 925, 927, 935, 936, 1021]],
  // For one recipient, or for all when the key lacks a right: asked separately too.
  [rejected, [7]],
  // The key: wrong, expired, of another application or address.
  [ourChannel, [2, 4, 5, 16, 27, 28, 34, 35, 38, 40, 42, 1114, 1116, 1117, 1118, 3609]],
  // Rights and settings of the community.
  [ourChannel, [3, 11, 15, 20, 21, 23, 33, 41, 203, 912, 943, 944, 9999]],
  // VK wants a human: captcha, confirmation, complaints of spam.
  [ourChannel, [14, 17, 24, 25, 984, 1105, 3300, 3301, 3302, 3303, 3304, 11500]],
  [ourMessage, [8, 19, 100, 910, 911, 913, 914, 921, 940, 969]],
]

const byCode = new Map(rows.flatMap(([means, codes]) => codes.map((code): [number, Means] => [code, means])))

/** The exhaustive table from VK's answer to a send to our words. */
export function outcomeOf(answer: Answer): Outcome {
  switch (answer.kind) {
    case 'result':
      return sentOf(answer.result)
    case 'refusal':
      return refusedOf(answer)
    case 'busy': {
      const { retryAfterMs } = answer
      return limited('bot', retryAfterMs)({ code: 'http_429', description: 'ВКонтакте просит подождать.' })
    }
    case 'not_connected':
      return {
        kind: 'deferred',
        reason: 'network',
        code: answer.code,
        description: 'Соединение с ВКонтакте не установлено.',
      }
    case 'lost':
      return { kind: 'unknown', code: answer.code, description: 'Ответ ВКонтакте не получен: сообщение могло дойти.' }
  }
}

/** An id of 2³¹ and more is still one; zero is none. */
const sentSchema = z.int().positive()

function sentOf(result: unknown): Outcome {
  const sent = sentSchema.safeParse(result)
  if (sent.success) return { kind: 'sent', providerMessageId: String(sent.data) }
  return unknown({ code: 'no_message_id', description: 'ВКонтакте ответил без номера сообщения: оно могло дойти.' })
}

function refusedOf({ error, description }: Extract<Answer, { kind: 'refusal' }>): Outcome {
  const words = { code: `vk_${error}`, description }
  // The one wrong parameter that says something about the address.
  if (error === 100 && /\b(peer_id|user_id)\b/.test(description)) return notFound(words)
  // An answer we do not know is still an answer: the message was surely not sent, and sending it again would end the same.
  return (byCode.get(error) ?? ourMessage)(words)
}

export const isDenied = (answer: Answer): boolean => isRefusal(answer, 901)
export const isForbidden = (answer: Answer): boolean => isRefusal(answer, 7)
/** VK did not take our keyboard, so the same text without it may pass. */
export const isKeyboardRefused = (answer: Answer): boolean => isRefusal(answer, 911)

function isRefusal(answer: Answer, error: number): boolean {
  return answer.kind === 'refusal' && answer.error === error
}
