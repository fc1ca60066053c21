import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { ReceiveInput, Update } from '../channel.ts'
import type { HttpAnswer } from '../http.ts'
import { type Answer, type Api, parsedJson } from './call.ts'
import { outcomeOf } from './outcome.ts'
import { readEvent } from './updates.ts'

export type ReceiveSettings = { groupId: string; deadlineMs: number; pollWaitS: number }

/** Where we are in VK's history of events; outlives one `receive`, so that a change of the leading process loses nothing here. */
export type Cursor = { server?: { url: string; key: string } | undefined; ts?: string | undefined }

type Trouble = Parameters<ReceiveInput['onTrouble']>[0] & { pauseMs?: number }

/** Bots Long Poll (dev.vk.com/ru/api/bots-long-poll/getting-started): `ts` moves on only after every event is stored. */
export async function receive(api: Api, settings: ReceiveSettings, cursor: Cursor, input: ReceiveInput): Promise<void> {
  let failures = 0
  let reported: string | undefined
  while (!input.signal.aborted) {
    const trouble = cursor.server
      ? await pollOnce(api, settings, cursor, input)
      : await askForServer(api, settings, cursor, input.signal)
    failures = trouble ? failures + 1 : 0
    if (trouble && !input.signal.aborted) {
      const { code, description, fatal } = trouble
      if (fatal || code !== reported) quietly(() => input.onTrouble({ code, description, fatal }))
      await pause(trouble.pauseMs ?? backoffMs(failures), undefined, { signal: input.signal }).catch(() => undefined)
    }
    reported = trouble?.code
  }
}

const serverSchema = z.object({
  server: z.url({ protocol: /^https?$/ }),
  key: z.string(),
  ts: z.union([z.string(), z.int()]).transform(String),
})

async function askForServer(
  api: Api,
  { groupId, deadlineMs }: ReceiveSettings,
  cursor: Cursor,
  signal: AbortSignal,
): Promise<Trouble | undefined> {
  const answer = await api.call('groups.getLongPollServer', { group_id: groupId }, deadlineMs, signal)
  const found = serverSchema.safeParse(answer.kind === 'result' ? answer.result : undefined)
  if (!found.success) return troubleOf(answer)
  cursor.server = { url: found.data.server, key: found.data.key }
  cursor.ts ??= found.data.ts
  return undefined
}

const tsSchema = z.union([z.string(), z.int()]).transform(String)
const batchSchema = z.union([
  z.object({ failed: z.int(), ts: tsSchema.optional() }),
  z.object({ ts: tsSchema, updates: z.array(z.unknown()) }),
])

async function pollOnce(
  api: Api,
  settings: ReceiveSettings,
  cursor: Cursor,
  input: ReceiveInput,
): Promise<Trouble | undefined> {
  const { url = '', key = '' } = cursor.server ?? {}
  const query = new URLSearchParams({ act: 'a_check', key, ts: cursor.ts ?? '', wait: String(settings.pollWaitS) })
  const answer = await api.poll(`${url}?${query}`, settings.pollWaitS * 1000 + settings.deadlineMs, input.signal)
  if (input.signal.aborted) return undefined
  const batch = batchSchema.safeParse(answer.kind === 'answer' ? parsedJson(answer.body) : undefined)
  if (!batch.success) {
    // The server may have moved: ask for it again, and go on from the same place.
    cursor.server = undefined
    return lostPoll(answer)
  }
  if ('failed' in batch.data) return failedPoll(cursor, batch.data)
  const updates = batch.data.updates.flatMap((raw) => ourUpdate(raw, settings.groupId))
  if (await handleAll(updates, input)) cursor.ts = batch.data.ts
  return undefined
}

function ourUpdate(raw: unknown, groupId: string): Update[] {
  const event = readEvent(raw, new Date())
  return event?.update && event.groupId === groupId ? [event.update] : []
}

/** One after another, in VK's order. One that cannot be stored is tried again until it can, and those after it wait. */
async function handleAll(updates: Update[], input: ReceiveInput): Promise<boolean> {
  let failures = 0
  for (const update of updates) {
    while (true) {
      if (input.signal.aborted) return false
      try {
        await input.handle(update)
        break
      } catch {
        failures += 1
        const description = 'Событие ВКонтакте не сохранено и будет повторено.'
        if (failures === 1) quietly(() => input.onTrouble({ code: 'not_handled', description, fatal: false }))
        await pause(backoffMs(failures), undefined, { signal: input.signal }).catch(() => undefined)
      }
    }
  }
  return true
}

/** 1: history is shorter than our `ts`; 2: the key has run out; 3: both are lost. */
function failedPoll(cursor: Cursor, { failed, ts }: { failed: number; ts?: string | undefined }): Trouble | undefined {
  if (failed === 2) {
    cursor.server = undefined
    return undefined
  }
  if (failed === 1 && ts !== undefined) cursor.ts = ts
  else {
    cursor.server = undefined
    cursor.ts = undefined
  }
  const description = 'ВКонтакте потерял часть событий сообщества: ответы клиентов за это время могли не дойти.'
  return { code: `failed_${failed}`, description, fatal: false, pauseMs: 0 }
}

function lostPoll(answer: HttpAnswer): Trouble {
  const code = answer.kind === 'answer' ? `http_${answer.status}` : answer.code
  return { code, description: 'Сервер Long Poll ВКонтакте не отвечает.', fatal: false }
}

const minuteMs = 60_000

function troubleOf(answer: Answer): Trouble {
  switch (answer.kind) {
    case 'result':
      return { code: 'bad_answer', description: 'Ответ groups.getLongPollServer не разобран.', fatal: false }
    case 'busy':
      return {
        code: 'http_429',
        description: 'ВКонтакте просит подождать.',
        fatal: false,
        pauseMs: answer.retryAfterMs,
      }
    case 'not_connected':
      return { code: answer.code, description: 'Соединение с ВКонтакте не установлено.', fatal: false }
    case 'lost':
      return { code: answer.code, description: 'Ответ ВКонтакте не получен.', fatal: false }
    case 'refusal': {
      const code = `vk_${answer.error}`
      const outcome = outcomeOf(answer)
      if (outcome.kind !== 'broken') return { code, description: answer.description, fatal: false }
      const advice = 'Проверьте VK_TOKEN, VK_GROUP_ID и что в сообществе включён Long Poll API.'
      return {
        code,
        description: `ВКонтакте отказал (${answer.description}). ${advice}`,
        fatal: true,
        pauseMs: minuteMs,
      }
    }
  }
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
