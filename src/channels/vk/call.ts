import { z } from 'zod'
import { createHttpClient, type HttpAnswer } from '../http.ts'

/** What came of one call to VK's API. Holds neither the payload nor the token: VK's errors repeat the whole request. */
export type Answer =
  | { kind: 'result'; result: unknown }
  /** VK refused with an error of its own, which comes with HTTP 200 (dev.vk.com/ru/api/api-requests). */
  | { kind: 'refusal'; error: number; description: string }
  /** The front servers turn everybody away for a while: the method was not run (RFC 6585 §4). */
  | { kind: 'busy'; retryAfterMs: number }
  /** No connection stood: not a byte of the request was written. */
  | { kind: 'not_connected'; code: string }
  /** The request may have been worked, the answer is not known. */
  | { kind: 'lost'; code: string }

export type CallSettings = { token: string; apiRoot: string; connectTimeoutMs: number }

export type Params = Readonly<Record<string, string>>

export type Api = {
  call(method: string, params: Params, deadlineMs: number, signal?: AbortSignal): Promise<Answer>
  /** A request to the address that VK names for the long poll; it bears no token. */
  poll(url: string, deadlineMs: number, signal: AbortSignal): Promise<HttpAnswer>
  close(): void
}

/** Pinned: the shapes of answers and events change with it. The latest on dev.vk.com/ru/reference/versions. */
export const apiVersion = '5.199'

export function createApi({ token, apiRoot, connectTimeoutMs }: CallSettings): Api {
  const root = apiRoot.replace(/\/+$/, '')
  const client = createHttpClient({ connectTimeoutMs })
  return {
    async call(method, params, deadlineMs, signal) {
      const answer = await client.send({
        method: 'POST',
        url: `${root}/${method}`,
        // VK reads forms, not JSON (dev.vk.com/ru/api/api-requests).
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ...params, v: apiVersion }).toString(),
        deadlineMs,
        ...(signal && { signal }),
      })
      return answerOf(answer)
    },
    poll: (url, deadlineMs, signal) => client.send({ method: 'GET', url, deadlineMs, signal }),
    close: () => client.close(),
  }
}

const bodySchema = z.union([
  z.object({ error: z.object({ error_code: z.int(), error_msg: z.string().default('') }) }),
  z.object({ response: z.unknown() }).refine((body) => body.response !== undefined),
])

function answerOf(answer: HttpAnswer): Answer {
  if (answer.kind !== 'answer') return answer
  if (answer.status === 429) return { kind: 'busy', retryAfterMs: retryAfterMsOf(answer.headers['retry-after']) }
  if (answer.status !== 200) return { kind: 'lost', code: `http_${answer.status}` }
  const body = bodySchema.safeParse(parsedJson(answer.body))
  if (!body.success) return { kind: 'lost', code: 'bad_answer' }
  if (!('error' in body.data)) return { kind: 'result', result: body.data.response }
  const { error_code: error, error_msg } = body.data.error
  return { kind: 'refusal', error, description: scrubbed(error_msg) }
}

function retryAfterMsOf(header: string | undefined): number {
  const seconds = Number(header)
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : 10_000
}

export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** VK's own words, without what they may quote from us: addresses, ids, pieces of the text. */
function scrubbed(description: string): string {
  return (
    description
      // What looks for an address takes the square of the length.
      .slice(0, 1_000)
      .replace(/\w+:\/\/[^\s'"]+/g, '…')
      .replace(/(["'`«]).*?(["'`»]|$)/g, '"…"')
      .replace(/vk1\.[\w.-]+/g, '…')
      .replace(/\d{4,}/g, '…')
      .slice(0, 200)
  )
}
