import type http from 'node:http'
import { z } from 'zod'
import type { Channel, ReceiveInput, WatchInput } from '../channel.ts'
import { remembered } from '../remembered.ts'
import { whenUp } from './agent.ts'
import { type Answer, createApi } from './call.ts'
import { inspect } from './doctor.ts'
import { createDoor } from './door.ts'
import { createPictures } from './pictures.ts'
import { createProxies } from './proxies.ts'
import { proxiesOf } from './proxy.ts'
import { receive } from './receive.ts'
import { send } from './send.ts'
import { watch, wayOf } from './watch.ts'

export type TelegramSettings = {
  token: string
  apiRoot: string
  /** For one send, a repeat without markup or picture included. */
  deadlineMs: number
  /** Shorter than `deadlineMs`: a connection that does not stand in time was surely not written to. */
  connectTimeoutMs: number
  getUpdatesTimeoutS: number
  /** 1–256 of A-Z a-z 0-9 _ -; with it Telegram calls us, and `door` stands in place of `receive`. */
  webhookSecret?: string
  /** http:// or socks5://, with USER:PASSWORD@ where needed; tried in turn; the first that works is used. */
  proxies?: readonly string[]
  /** From one look at the proxies to the next, give or take a fifth. */
  proxyCheckMs?: number
  /** In place of our own agent; then `connectTimeoutMs` and `proxies` are its affair. */
  agent?: http.Agent
}

export function createTelegramChannel(settings: TelegramSettings): Channel {
  const proxies = createProxies(proxiesOf(settings.proxies ?? []))
  const api = createApi(settings, proxies)
  const pictures = createPictures(settings.deadlineMs / 3)
  const { webhookSecret } = settings
  const userName = remembered(async () => nameIn(await within((signal) => api.call('getMe', {}, signal))))
  const within = <T>(work: (signal: AbortSignal) => Promise<T>) => withDeadline(settings.deadlineMs, work)
  return {
    name: 'telegram',
    send: (request) => within((signal) => send(api, pictures, request, signal)),
    async answerPress({ pressId }, notice) {
      const payload = { callback_query_id: pressId, ...(notice !== undefined && { text: notice.slice(0, 200) }) }
      await within((signal) => api.call('answerCallbackQuery', payload, signal))
    },
    // One or the other: a poll takes the webhook off.
    ...(webhookSecret
      ? { door: createDoor(api, { webhookSecret, within }) }
      : { receive: (input: ReceiveInput) => receive(api, settings, proxies, input) }),
    probe: async () => probeOf(await within((signal) => api.call('getMe', {}, signal))),
    linkTo: async (payload) => {
      const name = await userName()
      return name === undefined ? undefined : `https://t.me/${name}?start=${payload}`
    },
    inspect: (url) => inspect(settings, proxies.all, within, url),
    ...(proxies.all.length > 0 && {
      way: () => wayOf(proxies),
      watch: (input: WatchInput) => watch(settings, proxies, input),
    }),
    close: async () => api.close(),
  }
}

async function withDeadline<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const cancel = whenUp(ms, () => controller.abort())
  try {
    return await work(controller.signal)
  } finally {
    cancel()
  }
}

const meSchema = z.object({ username: z.string() })

function nameIn(answer: Answer): string | undefined {
  return answer.kind === 'result' ? meSchema.safeParse(answer.result).data?.username : undefined
}

function probeOf(answer: Answer): { ok: boolean; detail: string } {
  if (answer.kind === 'result') {
    const name = nameIn(answer)
    return { ok: true, detail: name === undefined ? 'getMe без имени бота' : `@${name}` }
  }
  if (answer.kind === 'refusal') return { ok: false, detail: answer.description }
  return { ok: false, detail: `${answer.kind === 'lost' ? 'нет ответа' : 'нет соединения'}: ${answer.code}` }
}
