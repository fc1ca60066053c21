import { z } from 'zod'
import { createHttpClient, type HttpAnswer, type HttpRequest } from '../http.ts'

/** What came of one call to the MAX Bot API. Holds neither the payload nor the address of the request. */
export type Answer =
  | { kind: 'result'; result: unknown }
  /** MAX refused in its own words, or with 429: the call surely had no effect. */
  | { kind: 'refusal'; status: number; code: string; description: string; retryAfterMs?: number }
  /** No connection stood: not a byte of the request was written. */
  | { kind: 'not_connected'; code: string }
  /** The request may have been worked, the answer is not known. */
  | { kind: 'lost'; code: string }

export type CallSettings = {
  token: string
  apiRoot: string
  connectTimeoutMs: number
  /** The certificates of the Минцифры CA in PEM: platform-api2.max.ru has its certificate from there (dev.max.ru, changelog-api). */
  ca?: string
}

export type Call = {
  method: HttpRequest['method']
  path: string
  query?: Readonly<Record<string, string>>
  body?: unknown
}

export type Api = { call(call: Call, signal: AbortSignal): Promise<Answer>; close(): void }

/** Beyond any call of ours: each has its own time in its signal. */
const longestCallMs = 120_000

export function createApi({ token, apiRoot, connectTimeoutMs, ca }: CallSettings): Api {
  const base = apiRoot.replace(/\/+$/, '')
  const client = createHttpClient({ connectTimeoutMs, ...(ca !== undefined && { ca }) })
  return {
    async call({ method, path, query = {}, body }, signal) {
      const asked = new URLSearchParams(query).toString()
      const url = `${base}${path}${asked === '' ? '' : `?${asked}`}`
      const bytes = body === undefined ? undefined : JSON.stringify(body)
      const headers = {
        // No «Bearer» before it, and never in the query, which MAX gave up (dev.max.ru, changelog-api).
        authorization: token,
        accept: 'application/json',
        ...(bytes !== undefined && {
          'content-type': 'application/json; charset=utf-8',
          'content-length': String(Buffer.byteLength(bytes)),
        }),
      }
      const call = { method, url, headers, deadlineMs: longestCallMs, signal }
      return answerOf(await client.send(bytes === undefined ? call : { ...call, body: bytes }), token)
    },
    close: () => client.close(),
  }
}

const refusalSchema = z.object({ code: z.string(), message: z.string().nullish(), error: z.string().nullish() })

function answerOf(answer: HttpAnswer, token: string): Answer {
  if (answer.kind !== 'answer') return answer.code === 'stopped' ? { ...answer, code: 'deadline' } : answer
  const { status, headers } = answer
  const body = parsed(answer.body)
  if (status >= 200 && status < 300) {
    return body === undefined ? { kind: 'lost', code: 'invalid_json' } : { kind: 'result', result: body }
  }
  if (status < 400 || status >= 500) return { kind: 'lost', code: `http_${status}` }
  const refusal = refusalSchema.safeParse(body)
  // A page of some gateway proves nothing; only «too many» means the same whoever says it.
  if (!refusal.success && status !== 429) return { kind: 'lost', code: `http_${status}` }
  const { code = 'too.many.requests', message, error } = refusal.data ?? {}
  const pauseMs = pauseOf(headers['retry-after'])
  return {
    kind: 'refusal',
    status,
    code: scrubbed(code, token),
    description: scrubbed([error, message].filter(Boolean).join(' '), token),
    ...(pauseMs !== undefined && { retryAfterMs: pauseMs }),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Not in MAX's documents, but public clients meet it; seconds or a date (RFC 9110, 10.2.3). */
function pauseOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now()
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, 3_600_000) : undefined
}

/** MAX's own words without what it quotes: numbers of people and chats, addresses, pieces of the text. */
function scrubbed(said: string, token: string): string {
  return (
    said
      // What looks for an address takes the square of the length.
      .slice(0, 1_000)
      .replaceAll(token, '…')
      .replace(/\w+:\/\/[^\s'"]+/g, '…')
      .replace(/"[^"]*"?/g, '"…"')
      .replace(/'[^']*[^\w'][^']*'/g, "'…'")
      .replace(/\d{5,}/g, '…')
      .slice(0, 200)
  )
}
