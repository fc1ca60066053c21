import { LRUCache } from 'lru-cache'
import type { Outcome, SendRequest } from '../channel.ts'
import type { Message } from '../message.ts'
import type { Api } from './call.ts'
import { faultOf, layOut } from './layout.ts'
import { outcomeOf } from './outcome.ts'

/** A picture that cost a message a detour is left out for a while. */
const leftOutForMs = 10 * 60_000

/**
 * Sends one message to one person: with its picture where MAX takes it, else without, but never both. MAX fetches the
 * picture by its address (dev.max.ru, attachment types); what was not fetched in time is a refusal, `attachment.not.ready`.
 */
export function createSend(api: Api): (request: SendRequest, signal: AbortSignal) => Promise<Outcome> {
  const leftOut = new LRUCache<string, true>({ max: 200, ttl: leftOutForMs })
  return async ({ address, message }, signal) => {
    const fault = faultOf(message)
    if (fault) return { kind: 'broken', scope: 'message', ...fault }
    const { picture, ...plain } = message
    if (!picture || leftOut.has(picture.url)) return await sendOne(api, address, plain, signal)
    const outcome = await sendOne(api, address, message, signal)
    // MAX may have waited for a slow host until our time was up: the repeat must not depend on it again.
    if (outcome.kind === 'unknown') leftOut.set(picture.url, true)
    if (!mayPassWithoutPicture(outcome)) return outcome
    const asText = await sendOne(api, address, plain, signal)
    // What passes without the picture was refused for its sake.
    if (asText.kind === 'sent' || asText.kind === 'unknown') leftOut.set(picture.url, true)
    return asText
  }
}

async function sendOne(api: Api, address: string, message: Message, signal: AbortSignal): Promise<Outcome> {
  // MAX opens links for a preview, which would look like a tap of the client. schema.yaml words the flag the other way round.
  const query = { user_id: address, disable_link_preview: 'true' }
  return outcomeOf(await api.call({ method: 'POST', path: '/messages', query, body: layOut(message) }, signal))
}

/** A refusal, so nothing was sent, that is neither surely about this person nor about a limit. */
function mayPassWithoutPicture(outcome: Outcome): boolean {
  if (outcome.kind === 'deferred') return outcome.code === 'attachment_not_ready'
  // What the host of the picture answered may stand there as if MAX refused the chat.
  if (outcome.kind === 'refused') return outcome.reason === 'rejected_by_channel'
  return outcome.kind === 'broken' && outcome.scope === 'message'
}
