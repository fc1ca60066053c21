import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { ReceiveInput } from '../channel.ts'
import type { Answer, Api } from './call.ts'
import type { Proxies } from './proxies.ts'
import { readUpdate, type TelegramUpdate } from './updates.ts'

export type ReceiveSettings = { getUpdatesTimeoutS: number; deadlineMs: number }

type Trouble = Parameters<ReceiveInput['onTrouble']>[0] & { pauseMs?: number }
type Round = { next: number; trouble?: Trouble }

export const allowedUpdates = ['message', 'callback_query', 'my_chat_member'] as const

/**
 * Our own polling: telegraf's launch() ends the process at a 401 or 409 and lets one slow handler hold a whole batch.
 * Telegram counts an update as received when the next poll asks for a later one, so `next` moves only after `handle`.
 */
export async function receive(
  api: Api,
  settings: ReceiveSettings,
  ways: Pick<Proxies, 'onSwitch'>,
  input: ReceiveInput,
): Promise<void> {
  let next = 0
  let acknowledged = 0
  let failures = 0
  let reported: string | undefined
  while (!input.signal.aborted) {
    acknowledged = next
    const round = await pollOnce(api, settings, ways, input, next)
    next = round.next
    const { trouble } = round
    failures = trouble ? failures + 1 : 0
    if (trouble && !input.signal.aborted) {
      const { code, description, fatal } = trouble
      if (fatal || code !== reported) quietly(() => input.onTrouble({ code, description, fatal }))
      await pause(trouble.pauseMs ?? backoffMs(failures), undefined, { signal: input.signal }).catch(() => undefined)
    }
    reported = trouble?.code
  }
  if (next !== acknowledged)
    await api.call('getUpdates', { offset: next, limit: 1, timeout: 0 }, AbortSignal.timeout(1_000))
}

async function pollOnce(
  api: Api,
  settings: ReceiveSettings,
  ways: Pick<Proxies, 'onSwitch'>,
  input: ReceiveInput,
  next: number,
): Promise<Round> {
  // A poll that hangs in the proxy that was left is not waited for: nothing that it brings is received yet.
  const switched = new AbortController()
  const forget = ways.onSwitch(() => switched.abort())
  const answer = await poll(api, settings, AbortSignal.any([input.signal, switched.signal]), next)
  forget()
  if (input.signal.aborted || switched.signal.aborted) return { next }
  const updates = updatesOf(answer)
  if (!updates) return { next, trouble: await troubleOf(api, settings, answer) }
  return handleAll(updates, input, next)
}

function poll(api: Api, settings: ReceiveSettings, signal: AbortSignal, offset: number): Promise<Answer> {
  const payload = { offset, timeout: settings.getUpdatesTimeoutS, allowed_updates: allowedUpdates }
  const deadline = AbortSignal.timeout(settings.getUpdatesTimeoutS * 1000 + settings.deadlineMs)
  return api.call('getUpdates', payload, AbortSignal.any([signal, deadline]))
}

function updatesOf(answer: Answer): TelegramUpdate[] | undefined {
  if (answer.kind !== 'result') return undefined
  const batch = z.array(z.unknown()).safeParse(answer.result)
  return batch.data?.flatMap((raw) => readUpdate(raw, new Date()) ?? [])
}

/** One after another, in Telegram's order. The first that cannot be stored ends the batch and comes again. */
async function handleAll(updates: TelegramUpdate[], input: ReceiveInput, next: number): Promise<Round> {
  let reached = next
  for (const { id, update } of updates) {
    if (input.signal.aborted) break
    try {
      if (update) await input.handle(update)
    } catch {
      const description = `Обновление ${id} не сохранено, Telegram отдаст его ещё раз.`
      return { next: reached, trouble: { code: 'not_handled', description, fatal: false } }
    }
    reached = id + 1
  }
  return { next: reached }
}

const minuteMs = 60_000

async function troubleOf(api: Api, settings: ReceiveSettings, answer: Answer): Promise<Trouble> {
  if (answer.kind === 'result')
    return { code: 'bad_answer', description: 'Ответ getUpdates не разобран.', fatal: false }
  if (answer.kind === 'not_connected') {
    return { code: answer.code, description: 'Соединение с Telegram не установлено.', fatal: false }
  }
  if (answer.kind === 'lost') return { code: answer.code, description: 'Ответ Telegram не получен.', fatal: false }
  const code = `telegram_${answer.status}`
  const said = answer.description
  if (answer.status === 401 || answer.status === 404) {
    const description = `Telegram не принимает токен бота (${said}). Проверьте TELEGRAM_BOT_TOKEN.`
    return { code, description, fatal: true, pauseMs: minuteMs }
  }
  if (answer.status === 409) return conflictOf(api, settings, code, said)
  const pauseMs = answer.retryAfterS === undefined ? {} : { pauseMs: answer.retryAfterS * 1000 }
  return { code, description: said, fatal: false, ...pauseMs }
}

async function conflictOf(api: Api, settings: ReceiveSettings, code: string, said: string): Promise<Trouble> {
  if (/webhook/i.test(said)) {
    await api.call('deleteWebhook', { drop_pending_updates: false }, AbortSignal.timeout(settings.deadlineMs))
    const description =
      'У бота был задан вебхук, поэтому опрос не работал. Вебхук снят; кто задал его, обновлений больше не получит.'
    return { code: 'webhook_removed', description, fatal: false, pauseMs: 0 }
  }
  const description =
    'Обновления этого бота опрашивает ещё один процесс. Оставьте роль bot только одному или заведите второго бота.'
  return { code, description, fatal: false }
}

/** 1 s, 2 s, 4 s … 30 s, each shortened by up to a half so that many processes do not knock together. */
function backoffMs(failures: number): number {
  return Math.min(30_000, 1_000 * 2 ** (failures - 1)) * (1 - Math.random() / 2)
}

function quietly(act: () => void): void {
  try {
    act()
  } catch {
    // The listener's own failure must not end the polling.
  }
}
