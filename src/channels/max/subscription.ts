import { z } from 'zod'
import type { Answer, Api } from './call.ts'
import { isUntrusted, untrustedText } from './outcome.ts'
import { updateTypes } from './updates.ts'

export type Within = (call: (signal: AbortSignal) => Promise<Answer>) => Promise<Answer>
type Result = { ok: boolean; detail: string }

const listSchema = z.object({
  subscriptions: z.array(z.object({ url: z.string(), update_types: z.array(z.string()).nullish() })),
})
const successSchema = z.object({ success: z.boolean(), message: z.string().nullish() })

/**
 * MAX drops a subscription that had no success for 8 hours, without a word (dev.max.ru, POST /subscriptions). So it is
 * looked up again and again, and made anew when it is gone; the first time always, for its secret cannot be looked up.
 */
export function createSubscriber(api: Api, secret: string, within: Within): (url: string) => Promise<Result> {
  let isMade = false
  return async (url) => {
    if (isMade && (await isThere(api, url, within))) return { ok: true, detail: 'подписка на месте' }
    const body = { url, secret, update_types: updateTypes }
    const answer = await within((signal) => api.call({ method: 'POST', path: '/subscriptions', body }, signal))
    const result = resultOf(answer)
    const wasMade = isMade
    isMade ||= result.ok
    return result.ok
      ? { ok: true, detail: wasMade ? 'подписка пропадала и оформлена заново' : 'подписка оформлена' }
      : result
  }
}

/** What cannot be looked up counts as gone: to subscribe twice does no harm. */
async function isThere(api: Api, url: string, within: Within): Promise<boolean> {
  const found = (await subscriptionsOf(api, within))?.find((each) => each.url === url)
  const types = found?.update_types
  return found !== undefined && (!types?.length || updateTypes.every((type) => types.includes(type)))
}

/** While one stands MAX gives nothing to a poll. Answers how many were taken off. */
export async function unsubscribeAll(api: Api, within: Within): Promise<number> {
  let count = 0
  for (const { url } of (await subscriptionsOf(api, within)) ?? []) {
    const answer = await within((signal) =>
      api.call({ method: 'DELETE', path: '/subscriptions', query: { url } }, signal),
    )
    if (resultOf(answer).ok) count += 1
  }
  return count
}

export async function subscriptionsOf(api: Api, within: Within) {
  const answer = await within((signal) => api.call({ method: 'GET', path: '/subscriptions' }, signal))
  return answer.kind === 'result' ? listSchema.safeParse(answer.result).data?.subscriptions : undefined
}

/** A refusal may come as 200 with `success: false` (SimpleQueryResult of schema.yaml). */
function resultOf(answer: Answer): Result {
  if (answer.kind !== 'result') return { ok: false, detail: detailOf(answer) }
  const { success = false, message } = successSchema.safeParse(answer.result).data ?? {}
  return { ok: success, detail: message?.slice(0, 200) || 'MAX не принял подписку' }
}

export function detailOf(answer: Exclude<Answer, { kind: 'result' }>): string {
  if (answer.kind === 'refusal') return `${answer.code} ${answer.description}`.trim()
  if (isUntrusted(answer.code)) return untrustedText
  return `${answer.kind === 'lost' ? 'нет ответа' : 'нет соединения'}: ${answer.code}`
}
