import { createHash, timingSafeEqual } from 'node:crypto'
import type { Door, DoorRequest } from '../channel.ts'
import type { Answer, Api } from './call.ts'
import { allowedUpdates } from './receive.ts'
import { readUpdate } from './updates.ts'

export type DoorSettings = {
  webhookSecret: string
  within(call: (signal: AbortSignal) => Promise<Answer>): Promise<Answer>
}

/** Telegram repeats a request until a 2xx, for up to a day (WebhookActor of tdlib/telegram-bot-api); one at a time a chat. */
export function createDoor(api: Api, { webhookSecret, within }: DoorSettings): Door {
  return {
    read(request) {
      const said = request.headers['x-telegram-bot-api-secret-token']
      if (typeof said !== 'string' || !isSame(said, webhookSecret)) return { status: 401, body: '', updates: [] }
      const { isJson, raw } = parsed(request)
      const update = readUpdate(raw, new Date())?.update
      return { status: isJson ? 200 : 400, body: '', updates: update ? [update] : [] }
    },
    async open(url) {
      const payload = { url, secret_token: webhookSecret, allowed_updates: allowedUpdates, drop_pending_updates: false }
      const answer = await within((signal) => api.call('setWebhook', payload, signal))
      if (answer.kind === 'result') return { ok: true, detail: 'вебхук задан' }
      return { ok: false, detail: answer.kind === 'refusal' ? answer.description : answer.code }
    },
  }
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

function parsed({ body }: DoorRequest): { isJson: boolean; raw?: unknown } {
  try {
    return { isJson: true, raw: JSON.parse(body.toString()) }
  } catch {
    return { isJson: false }
  }
}
