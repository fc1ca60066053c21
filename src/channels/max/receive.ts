import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { ReceiveInput, Update } from '../channel.ts'
import type { Answer, Api } from './call.ts'
import { isUntrusted } from './outcome.ts'
import { detailOf, unsubscribeAll, type Within } from './subscription.ts'
import { readUpdate, updateTypes } from './updates.ts'

export type ReceiveSettings = { token: string; getUpdatesTimeoutS: number; deadlineMs: number; within: Within }

type Trouble = Parameters<ReceiveInput['onTrouble']>[0] & { pauseMs?: number }
/** `marker` is what the next poll asks from; `handled` are keys of the batch that is not committed yet. */
type Place = { marker?: number; handled: Set<string> }

/**
 * MAX counts what came before `marker` as received (schema.yaml, getUpdates), so it moves only when a whole batch is
 * stored. A batch that comes again is handled from where it broke off.
 */
export async function receive(api: Api, given: ReceiveSettings, input: ReceiveInput): Promise<void> {
  const within: Within = (call) => given.within((signal) => call(AbortSignal.any([signal, input.signal])))
  const settings = { ...given, within }
  let place: Place = { handled: new Set() }
  let acknowledged: number | undefined
  let failures = 0
  let reported: string | undefined
  if ((await unsubscribeAll(api, settings.within)) > 0) quietly(() => input.onTrouble(webhookRemoved))
  while (!input.signal.aborted) {
    acknowledged = place.marker
    const round = await pollOnce(api, settings, input, place)
    place = round.place
    const { trouble } = round
    failures = trouble ? failures + 1 : 0
    if (trouble && !input.signal.aborted) {
      const { code, description, fatal } = trouble
      if (fatal || code !== reported) quietly(() => input.onTrouble({ code, description, fatal }))
      await pause(trouble.pauseMs ?? backoffMs(failures), undefined, { signal: input.signal }).catch(() => undefined)
    }
    reported = trouble?.code
  }
  if (place.marker !== acknowledged) {
    const query = { marker: String(place.marker), limit: '1', timeout: '0' }
    await api.call({ method: 'GET', path: '/updates', query }, AbortSignal.timeout(1_000))
  }
}

const webhookRemoved: Trouble = {
  code: 'webhook_removed',
  description:
    'У бота была подписка на вебхук, поэтому опрос не работал. Подписка снята; кто оформил её, обновлений больше не получит.',
  fatal: false,
}

const batchSchema = z.object({ updates: z.array(z.unknown()), marker: z.int().nullish() })

async function pollOnce(
  api: Api,
  settings: ReceiveSettings,
  input: ReceiveInput,
  place: Place,
): Promise<{ place: Place; trouble?: Trouble }> {
  const answer = await poll(api, settings, input.signal, place.marker)
  if (input.signal.aborted) return { place }
  const batch = answer.kind === 'result' ? batchSchema.safeParse(answer.result).data : undefined
  if (!batch) return { place, trouble: await troubleOf(api, settings, answer) }
  const updates = batch.updates.flatMap((raw) => readUpdate(raw, settings.token) ?? [])
  const end = await handleAll(updates, input, place.handled)
  if (end === 'failed') {
    const description = 'Обновление не сохранено, MAX отдаст его ещё раз.'
    return { place, trouble: { code: 'not_handled', description, fatal: false } }
  }
  if (end === 'stopped') return { place }
  const marker = batch.marker ?? place.marker
  return { place: { handled: new Set(), ...(marker !== undefined && { marker }) } }
}

function poll(api: Api, settings: ReceiveSettings, signal: AbortSignal, marker: number | undefined): Promise<Answer> {
  const query = {
    timeout: String(settings.getUpdatesTimeoutS),
    limit: '100',
    types: updateTypes.join(','),
    ...(marker !== undefined && { marker: String(marker) }),
  }
  const deadline = AbortSignal.timeout(settings.getUpdatesTimeoutS * 1000 + settings.deadlineMs)
  return api.call({ method: 'GET', path: '/updates', query }, AbortSignal.any([signal, deadline]))
}

/** One after another, in MAX's order. The first that cannot be stored ends the batch. */
async function handleAll(
  updates: Update[],
  input: ReceiveInput,
  handled: Set<string>,
): Promise<'done' | 'failed' | 'stopped'> {
  for (const update of updates) {
    if (input.signal.aborted) return 'stopped'
    if (handled.has(update.key)) continue
    try {
      await input.handle(update)
    } catch {
      return 'failed'
    }
    handled.add(update.key)
  }
  return 'done'
}

const minuteMs = 60_000

async function troubleOf(api: Api, settings: ReceiveSettings, answer: Answer): Promise<Trouble> {
  if (answer.kind === 'result') return { code: 'bad_answer', description: 'Ответ /updates не разобран.', fatal: false }
  const description = detailOf(answer)
  if (answer.kind !== 'refusal') return { code: answer.code, description, fatal: isUntrusted(answer.code) }
  const code = `max_${answer.status}`
  if (answer.status === 401) {
    const advice = `MAX не принимает токен бота (${description}). Проверьте MAX_TOKEN.`
    return { code, description: advice, fatal: true, pauseMs: minuteMs }
  }
  // 405 is what a poll meets while a webhook stands.
  if (answer.status === 405 && (await unsubscribeAll(api, settings.within)) > 0) {
    return { ...webhookRemoved, pauseMs: 0 }
  }
  const pauseMs = answer.retryAfterMs === undefined ? {} : { pauseMs: answer.retryAfterMs }
  return { code, description, fatal: false, ...pauseMs }
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
