import { z } from 'zod'
import type { Outcome, SendRequest } from '../channel.ts'
import type { Answer, Api } from './call.ts'
import { faultOf, layOut, layOutPlain, randomIdOf } from './layout.ts'
import { isDenied, isForbidden, isKeyboardRefused, outcomeOf } from './outcome.ts'

/** One message to one person, within `deadlineMs`, the questions after a refusal included. */
export async function send(api: Api, request: SendRequest, deadlineMs: number): Promise<Outcome> {
  const { address, message, deliveryId } = request
  const fault = faultOf(message)
  if (fault) return { kind: 'broken', scope: 'message', ...fault }
  const end = performance.now() + deadlineMs
  const left = () => Math.max(1, end - performance.now())
  const before = isOld(deliveryId, Date.now()) ? await sentBefore(api, request, left()) : undefined
  if (before) return before
  let answer = await api.call('messages.send', layOut(address, message, deliveryId), left())
  if (isKeyboardRefused(answer)) {
    answer = await api.call('messages.send', layOutPlain(address, message, deliveryId), left())
  }
  const outcome = outcomeOf(answer)
  if (isDenied(answer)) return await whyDenied(api, address, outcome, left())
  if (isForbidden(answer)) return await whoseFault(api, outcome, left())
  return outcome
}

/** VK drops a repeat for an hour only; a call may last a while, so the caution begins earlier. */
const protectedMs = 50 * 60_000

/** By the moment inside the delivery's id, a UUIDv7: whether an earlier attempt can be older than VK's memory. */
function isOld(deliveryId: string, now: number): boolean {
  const madeAt = /^dlv_([0-9a-f]{12})[0-9a-f]{20}$/.exec(deliveryId)?.[1]
  return madeAt !== undefined && now - Number.parseInt(madeAt, 16) > protectedMs
}

const historySchema = z.object({ items: z.array(z.object({ id: z.int(), random_id: z.int().optional() })) })

/**
 * An answer that was lost more than an hour ago is looked for in the dialog: our own messages bear their random_id there
 * (dev.vk.com/ru/reference/objects/message). Undefined when it is not there, and the message may go.
 */
async function sentBefore(
  api: Api,
  { address, deliveryId }: SendRequest,
  deadlineMs: number,
): Promise<Outcome | undefined> {
  const answer = await api.call('messages.getHistory', { peer_id: address, count: '200' }, deadlineMs)
  const history = historySchema.safeParse(resultOf(answer))
  const randomId = randomIdOf(deliveryId)
  const found = history.data?.items.find((each) => each.random_id === randomId)
  if (found) return { kind: 'sent', providerMessageId: String(found.id) }
  if (history.success) return undefined
  const outcome = outcomeOf(answer)
  if (outcome.kind === 'limited' || outcome.kind === 'deferred') return outcome
  // What VK refuses to tell, it will refuse to send, or has a better reason for.
  if (answer.kind === 'refusal') return undefined
  const description = 'ВКонтакте не ответил, дошло ли сообщение раньше; без этого оно не отправлено.'
  return { kind: 'deferred', reason: 'channel_down', code: 'no_history', description }
}

const conversationSchema = z.object({ items: z.array(z.object({ last_message_id: z.int() })) })

/** 901 says the same of one who denied and of one who never wrote; only the former has a conversation with us. */
async function whyDenied(api: Api, address: string, outcome: Outcome, deadlineMs: number): Promise<Outcome> {
  const answer = await api.call('messages.getConversationsById', { peer_ids: address }, deadlineMs)
  const found = conversationSchema.safeParse(resultOf(answer))
  if (!found.success || outcome.kind !== 'refused') return outcome
  const hasSpoken = found.data.items.some((each) => each.last_message_id > 0)
  return hasSpoken ? outcome : { ...outcome, reason: 'not_found' }
}

/** 7 is about this person only if the key has the right to write at all. */
async function whoseFault(api: Api, outcome: Outcome, deadlineMs: number): Promise<Outcome> {
  const mayWrite = await mayWriteMessages(api, deadlineMs)
  if (mayWrite !== false || outcome.kind !== 'refused') return outcome
  const { code, description } = outcome
  return { kind: 'broken', scope: 'channel', code, description }
}

const permissionsSchema = z.object({ permissions: z.array(z.object({ name: z.string() })) })

/** Undefined when VK did not say. */
export async function mayWriteMessages(api: Api, deadlineMs: number): Promise<boolean | undefined> {
  const answer = await api.call('groups.getTokenPermissions', {}, deadlineMs)
  const known = permissionsSchema.safeParse(resultOf(answer))
  return known.success ? known.data.permissions.some((each) => each.name === 'messages') : undefined
}

export function resultOf(answer: Answer): unknown {
  return answer.kind === 'result' ? answer.result : undefined
}
