import { z } from 'zod'
import type { Channel, ReceiveInput } from '../channel.ts'
import { whenUp } from '../http.ts'
import { remembered } from '../remembered.ts'
import { type Answer, type CallSettings, createApi } from './call.ts'
import { inspect } from './doctor.ts'
import { createDoor } from './door.ts'
import { receive } from './receive.ts'
import { createSend } from './send.ts'
import { detailOf } from './subscription.ts'
import { createSuspensionWatch, type SuspensionWatch, suspendedText } from './suspension.ts'

export type MaxSettings = CallSettings & {
  /** For one send; `connectTimeoutMs` is shorter: a connection that does not stand in time was surely not written to. */
  deadlineMs: number
  getUpdatesTimeoutS: number
  /** 5–256 of A-Z a-z 0-9 _ -; with it MAX calls us, and `door` stands in place of `receive`. */
  webhookSecret?: string
}

/** Addresses are user ids: a dialog's id is another number, and MAX does not find it under `user_id` (dev.max.ru, POST /messages). */
export function createMaxChannel(settings: MaxSettings): Channel {
  const api = createApi(settings)
  const watch = createSuspensionWatch()
  const send = createSend(api)
  const { token, webhookSecret, deadlineMs } = settings
  const within = <T>(work: (signal: AbortSignal) => Promise<T>) => withDeadline(deadlineMs, work)
  const askMe = () => within((signal) => api.call({ method: 'GET', path: '/me' }, signal))
  const userName = remembered(async () => nameIn(await askMe()))
  return {
    name: 'max',
    send: async (request) => {
      const outcome = await within((signal) => send(request, signal))
      return watch.judge(request.address, outcome, Date.now())
    },
    async answerPress({ pressId }, notice) {
      const query = { callback_id: pressId }
      const body = notice === undefined ? {} : { notification: notice.slice(0, 200) }
      await within((signal) => api.call({ method: 'POST', path: '/answers', query, body }, signal))
    },
    // One or the other: a poll takes the subscription off.
    ...(webhookSecret
      ? { door: createDoor(api, { token, webhookSecret, within }) }
      : { receive: (input: ReceiveInput) => receive(api, { ...settings, within }, input) }),
    probe: async () => probeOf(await askMe(), watch),
    linkTo: async (payload) => {
      const name = await userName()
      return name === undefined ? undefined : `https://max.ru/${name}?start=${payload}`
    },
    inspect: (url) => inspect(api, within, url),
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

function probeOf(answer: Answer, watch: SuspensionWatch): { ok: boolean; detail: string } {
  if (answer.kind !== 'result') return { ok: false, detail: detailOf(answer) }
  if (watch.isOn) return { ok: false, detail: suspendedText }
  const name = nameIn(answer)
  return { ok: true, detail: name === undefined ? '/me без имени бота' : `@${name}` }
}
