import type http from 'node:http'
import { Telegram, TelegramError } from 'telegraf'
import type { Telegram as Methods, Opts } from 'telegraf/types'
import { z } from 'zod'
import { connectingAgent, notConnectedPrefix } from './agent.ts'
import type { Proxies } from './proxies.ts'

/**
 * What came of one call to the Bot API. Holds neither the payload nor the address of the request: telegraf's errors carry
 * the text of the message, node-fetch's the token.
 */
export type Answer =
  | { kind: 'result'; result: unknown }
  /** Telegram refused with a body of its own: the call surely had no effect. */
  | { kind: 'refusal'; status: number; description: string; retryAfterS?: number; migrateTo?: string }
  /** No connection stood: not a byte of the request was written. */
  | { kind: 'not_connected'; code: string }
  /** The request may have been worked, the answer is not known. */
  | { kind: 'lost'; code: string }

export type CallSettings = {
  token: string
  apiRoot: string
  connectTimeoutMs: number
  agent?: http.Agent
}

export type Api = {
  call<M extends keyof Methods>(method: M, payload: Opts<M>, signal: AbortSignal): Promise<Answer>
  close(): void
}

const idleMs = 4_000

/** A reason of our own: without one each abort makes an error and its stack, for nobody to read. */
const over = 'over'

export function createApi(settings: CallSettings, proxies: Proxies): Api {
  const apiRoot = settings.apiRoot.endsWith('/') ? settings.apiRoot : `${settings.apiRoot}/`
  const own = settings.agent ? undefined : ownAgent(settings, apiRoot, proxies)
  const telegram = new Telegram(settings.token, { apiRoot })
  // Set afterwards: the constructor drops the agent of an http:// apiRoot (telegraf 4.16.3, lib/core/network/client.js).
  const agent = settings.agent ?? own
  if (agent) telegram.options.agent = agent

  return {
    async call(method, payload, signal) {
      // telegraf leaves the body of a 5xx unread, which would hold the socket for ever: `release` lets it go.
      const release = new AbortController()
      const abort = () => release.abort(over)
      if (signal.aborted) return { kind: 'not_connected', code: 'aborted' }
      signal.addEventListener('abort', abort)
      try {
        return { kind: 'result', result: await telegram.callApi(method, payload, stoppedBy(release.signal)) }
      } catch (error) {
        return answerOf(error)
      } finally {
        signal.removeEventListener('abort', abort)
        release.abort(over)
      }
    },
    close: () => own?.destroy(),
  }
}

function ownAgent({ connectTimeoutMs }: CallSettings, apiRoot: string, proxies: Proxies): http.Agent {
  const secure = apiRoot.startsWith('https:')
  return connectingAgent({ secure, connectTimeoutMs, idleMs, proxies })
}

type CallOptions = NonNullable<Parameters<Telegram['callApi']>[2]>

/** Guarantee: telegraf is typed for the abort-controller package and hands the signal to node-fetch, which takes Node's own. */
function stoppedBy(signal: AbortSignal): CallOptions {
  return { signal } as unknown as CallOptions
}

const refusalSchema = z.object({
  error_code: z.int(),
  description: z.string(),
  parameters: z
    .object({ retry_after: z.number().optional(), migrate_to_chat_id: z.union([z.number(), z.string()]).optional() })
    .optional(),
})

const failureSchema = z.object({
  name: z.string().optional(),
  type: z.string().optional(),
  code: z.string().optional(),
})

function answerOf(error: unknown): Answer {
  if (error instanceof TelegramError) return refusalOf(error.response)
  const failure = failureSchema.safeParse(error)
  if (!failure.success) return { kind: 'lost', code: 'no_answer' }
  const { name, type, code } = failure.data
  if (name === 'AbortError') return { kind: 'lost', code: 'deadline' }
  if (code?.startsWith(notConnectedPrefix))
    return { kind: 'not_connected', code: code.slice(notConnectedPrefix.length) }
  if (code && neverConnected.has(code)) return { kind: 'not_connected', code }
  return { kind: 'lost', code: code ?? type ?? 'no_answer' }
}

/** For an agent that is not ours: codes that only a connection attempt has. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

function refusalOf(response: unknown): Answer {
  const parsed = refusalSchema.safeParse(response)
  if (!parsed.success) return { kind: 'lost', code: 'bad_answer' }
  const { error_code: status, description, parameters } = parsed.data
  if (status < 400 || status >= 500) return { kind: 'lost', code: `http_${status}` }
  return {
    kind: 'refusal',
    status,
    description: scrubbed(description),
    ...(parameters?.retry_after !== undefined && { retryAfterS: parameters.retry_after }),
    ...(parameters?.migrate_to_chat_id !== undefined && { migrateTo: String(parameters.migrate_to_chat_id) }),
  }
}

/** Telegram's own words, without what it quotes from us: addresses, which carry one-time tokens, and pieces of the text. */
function scrubbed(description: string): string {
  return (
    description
      // What looks for an address takes the square of the length.
      .slice(0, 1_000)
      .replace(/\w+:\/\/[^\s'"]+/g, '…')
      .replace(/"[^"]*"?/g, '"…"')
      .replace(/\d{5,}:[\w-]{20,}/g, '…')
      .slice(0, 200)
  )
}
