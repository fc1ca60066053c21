import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Door, DoorRequest } from '../channel.ts'
import { type Answer, type Api, parsedJson } from './call.ts'
import { readEvent } from './updates.ts'

export type DoorSettings = { groupId: string; confirmation: string; secret: string; deadlineMs: number }

/**
 * The Callback API. VK takes only the literal `ok` for an answer and repeats otherwise, up to five times within two hours
 * (dev.vk.com/ru/api/callback/getting-started). It does not wait for one event to bring the next.
 */
export function createDoor(api: Api, settings: DoorSettings): Door {
  return {
    read: (request) => read(settings, request),
    open: (url) => lookForServer(api, settings, url),
  }
}

const refused = { status: 403, body: '', updates: [] }

function read(
  { groupId, confirmation, secret }: DoorSettings,
  { method, body }: DoorRequest,
): ReturnType<Door['read']> {
  if (method !== 'POST') return { status: 405, body: '', updates: [] }
  const event = readEvent(parsedJson(body.toString()), new Date())
  if (event?.groupId !== groupId) return refused
  // Asked before the community's owner has typed the secret in; the answer is of use to nobody but him.
  const isFirstMeeting = event.type === 'confirmation' && event.secret === undefined
  if (!isFirstMeeting && !isSame(event.secret ?? '', secret)) return refused
  if (event.type === 'confirmation') return { status: 200, body: confirmation, updates: [] }
  return { status: 200, body: 'ok', updates: event.update ? [event.update] : [] }
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

const serversSchema = z.object({ items: z.array(z.object({ url: z.string(), status: z.string() })) })

/** The address is written in the community's settings by hand, and its confirmation belongs to that hand: so it is only looked for. */
export async function lookForServer(
  api: Api,
  { groupId, deadlineMs }: Pick<DoorSettings, 'groupId' | 'deadlineMs'>,
  url: string,
) {
  const answer = await api.call('groups.getCallbackServers', { group_id: groupId }, deadlineMs)
  if (answer.kind === 'refusal' && lacksRight(answer)) {
    return { ok: true, detail: 'адрес сервера не проверен: у ключа нет права «Управление сообществом»' }
  }
  const servers = serversSchema.safeParse(answer.kind === 'result' ? answer.result : undefined)
  if (!servers.success) return { ok: false, detail: detailOf(answer) }
  const ours = servers.data.items.find((each) => each.url.replace(/\/$/, '') === url)
  if (ours?.status === 'ok') return { ok: true, detail: 'сервер Callback API подтверждён' }
  const todo = ours ? `не подтверждён (${ours.status})` : 'не указан'
  return { ok: false, detail: `адрес ${url} ${todo}: Управление → Работа с API → Callback API` }
}

/** What VK says to a community key without the right `manage`. */
function lacksRight({ error }: Extract<Answer, { kind: 'refusal' }>): boolean {
  return error === 7 || error === 15 || error === 20
}

function detailOf(answer: Answer): string {
  if (answer.kind === 'refusal') return answer.description
  return answer.kind === 'lost' || answer.kind === 'not_connected' ? answer.code : 'ответ не разобран'
}
