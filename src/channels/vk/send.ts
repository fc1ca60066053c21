import { z } from 'zod'
import type { Outcome, SendRequest } from '../channel.ts'
import type { Answer, Api } from './call.ts'
import { faultOf, layOut, layOutPlain } from './layout.ts'
import { isDenied, isForbidden, isKeyboardRefused, outcomeOf } from './outcome.ts'

/** One message to one person, within `deadlineMs`, the questions after a refusal included. */
export async function send(api: Api, request: SendRequest, deadlineMs: number): Promise<Outcome> {
  const { address, message, deliveryId } = request
  const fault = faultOf(message)
  if (fault) return { kind: 'broken', scope: 'message', ...fault }
  const end = performance.now() + deadlineMs
  const left = () => Math.max(1, end - performance.now())
  let answer = await api.call('messages.send', layOut(address, message, deliveryId), left())
  if (isKeyboardRefused(answer)) {
    answer = await api.call('messages.send', layOutPlain(address, message, deliveryId), left())
  }
  const outcome = outcomeOf(answer)
  if (isDenied(answer)) return await whyDenied(api, address, outcome, left())
  if (isForbidden(answer)) return await whoseFault(api, outcome, left())
  return outcome
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
