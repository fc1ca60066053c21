import { z } from 'zod'
import { createHttpClient, type HttpAnswer } from '../http.ts'

/** What came of one call to the Graph API. Holds neither the payload nor the token. */
export type Answer =
  | { kind: 'result'; result: unknown }
  /** Meta refused in words of its own. */
  | { kind: 'refusal'; status: number; error: GraphError; retryAfterMs?: number }
  /** No connection stood: not a byte of the request was written. */
  | { kind: 'not_connected'; code: string }
  /** The request may have been worked, the answer is not known. */
  | { kind: 'lost'; code: string }

/** An error as an answer or a status webhook names it; logic goes by the code (Meta's support/error-codes). */
export type GraphError = { code: number; subcode?: number; said: string }

export type CallSettings = {
  token: string
  phoneNumberId: string
  /** With the version: https://graph.facebook.com/v26.0 */
  apiRoot: string
  deadlineMs: number
  connectTimeoutMs: number
}

export type Api = {
  /** POST /<number>/messages; within `deadlineMs`, or what is left of it. */
  messages(payload: object, leftMs?: number): Promise<Answer>
  /** GET /<number> */
  number(): Promise<Answer>
  /** GET of another object, its path without the version. */
  read(path: string): Promise<Answer>
  /** What this token may touch: scopes, and the ids of the accounts that gave them. */
  ownToken(): Promise<Answer>
  close(): void
}

export function createApi(settings: CallSettings): Api {
  const { token, phoneNumberId, deadlineMs, connectTimeoutMs } = settings
  const http = createHttpClient({ connectTimeoutMs })
  const root = settings.apiRoot.replace(/\/$/, '')
  const own = `${root}/${phoneNumberId}`
  const headers = { authorization: `Bearer ${token}` }
  const read = async (path: string) =>
    answerOf(await http.send({ method: 'GET', url: `${root}/${path}`, headers, deadlineMs }))
  return {
    messages: async (payload, leftMs = deadlineMs) => {
      const body = JSON.stringify(payload)
      return answerOf(
        await http.send({
          method: 'POST',
          url: `${own}/messages`,
          headers: {
            ...headers,
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          },
          body,
          deadlineMs: leftMs,
        }),
      )
    },
    number: () => read(`${phoneNumberId}?fields=display_phone_number,verified_name,quality_rating`),
    read,
    ownToken: () => read(`debug_token?input_token=${encodeURIComponent(token)}`),
    close: () => http.close(),
  }
}

/** A plain answer of some proxy on the way is no answer of Meta's: what it did with the request nobody knows. */
function answerOf(answer: HttpAnswer): Answer {
  if (answer.kind !== 'answer') return answer
  const { status, headers, body } = answer
  const json = parsed(body)
  if (status >= 200 && status < 300) {
    return json === undefined ? { kind: 'lost', code: 'bad_answer' } : { kind: 'result', result: json }
  }
  const error = z.object({ error: z.unknown() }).safeParse(json)
  const graph = error.success ? readError(error.data.error) : undefined
  if (!graph) return { kind: 'lost', code: `http_${status}` }
  const seconds = Number(headers['retry-after'])
  return {
    kind: 'refusal',
    status,
    error: graph,
    ...(Number.isFinite(seconds) && seconds > 0 && { retryAfterMs: seconds * 1000 }),
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const errorSchema = z.object({
  code: z.int(),
  error_subcode: z.int().optional(),
  message: z.string().optional(),
  title: z.string().optional(),
  error_data: z.object({ details: z.string().optional() }).optional(),
})

/** @param raw `error` of an answer, or one of `errors` in a status webhook. */
export function readError(raw: unknown): GraphError | undefined {
  const error = errorSchema.safeParse(raw)
  if (!error.success) return undefined
  const { code, error_subcode: subcode, message, title, error_data } = error.data
  const said = scrubbed(error_data?.details ?? message ?? title ?? '')
  return { code, said, ...(subcode !== undefined && { subcode }) }
}

/** Meta's words, without what they may quote from us: Russian text, addresses, numbers, strings in quotes. */
function scrubbed(words: string): string {
  return (
    words
      // What looks for an address takes the square of the length.
      .slice(0, 1_000)
      .replace(/\w+:\/\/\S+/g, '…')
      .replace(/"[^"]*"?/g, '"…"')
      .replace(/\+?\d[\d\s()-]{4,}\d/g, '…')
      .replace(/\bEAA\w+/g, '…')
      .replace(/[^\x20-\x7e…]+/g, '…')
      .slice(0, 200)
  )
}
