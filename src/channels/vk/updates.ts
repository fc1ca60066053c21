import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Update } from '../channel.ts'

/** One event of a community, as the Callback API and the Bots Long Poll bring it. `update` is absent for what we have no use for. */
export type VkEvent = { type: string; groupId: string; secret: string | undefined; update?: Update }

const envelopeSchema = z.object({
  type: z.string(),
  group_id: z.union([z.int(), z.string()]).transform(String),
  event_id: z.string().min(1).max(200).optional(),
  secret: z.string().optional(),
  object: z.unknown().optional(),
})

/** VK's event in our words; undefined when it is not an event at all. Only a person's own dialog with us counts. */
export function readEvent(raw: unknown, now: Date): VkEvent | undefined {
  const envelope = envelopeSchema.safeParse(raw)
  if (!envelope.success) return undefined
  const { type, group_id: groupId, event_id, secret, object } = envelope.data
  const key =
    event_id ??
    createHash('sha256')
      .update(JSON.stringify([type, object]))
      .digest('hex')
  const update = Object.hasOwn(readers, type) ? readers[type]?.(key, object, now) : undefined
  return { type, groupId, secret, ...(update && { update }) }
}

type Reader = (key: string, object: unknown, now: Date) => Update | undefined

/** dev.vk.com/ru/api/community-events/json-schema. */
const readers: Record<string, Reader> = {
  message_new: fromMessage,
  message_event: fromPress,
  message_read: fromRead,
  message_allow: fromAllow,
  message_deny: (key, object, now) => {
    const denied = z.object({ user_id: person }).safeParse(object)
    return denied.success ? { key, address: String(denied.data.user_id), at: now, kind: 'blocked' } : undefined
  },
}

/** People have positive ids below those of group chats; communities have negative ones. */
const person = z.int().positive().lt(2_000_000_000)

const messageSchema = z.object({
  message: z.object({
    from_id: person,
    peer_id: person,
    date: z.int().optional(),
    text: z.string().default(''),
    payload: z.unknown().optional(),
    ref: z.string().optional(),
  }),
})

const stopWords = /^\/?(stop|стоп|отписаться)$/i
const startWords = /^(\/start|start|\/?старт|\/?начать)$/i

function fromMessage(key: string, object: unknown, now: Date): Update | undefined {
  const parsed = messageSchema.safeParse(object)
  if (!parsed.success) return undefined
  const { from_id, peer_id, date, text, payload, ref } = parsed.data.message
  if (from_id !== peer_id) return undefined
  const base = { key, address: String(from_id), at: date === undefined ? now : new Date(date * 1000) }
  const words = text.trim()
  // He may have come by a link and still want to leave.
  if (stopWords.test(words)) return { ...base, kind: 'text', text }
  if (ref) return { ...base, kind: 'start', payload: ref }
  if (isStartButton(payload) || startWords.test(words)) return { ...base, kind: 'start' }
  return words === '' ? undefined : { ...base, kind: 'text', text }
}

/** The «Начать» button of an empty dialog (dev.vk.com/ru/api/bots/development/keyboard). */
function isStartButton(payload: unknown): boolean {
  return z.object({ command: z.literal('start') }).safeParse(unwrapped(payload)).success
}

const pressSchema = z.object({ user_id: person, peer_id: person, event_id: z.string(), payload: z.unknown() })
const oursSchema = z.object({ p: z.string() })

/**
 * A press carries no time of its own. Nor do we name its message: VK gives its number in the dialog, and what a send answers
 * is its number in the community.
 */
function fromPress(key: string, object: unknown, now: Date): Update | undefined {
  const press = pressSchema.safeParse(object)
  const ours = oursSchema.safeParse(unwrapped(press.data?.payload))
  if (!press.success || !ours.success || press.data.user_id !== press.data.peer_id) return undefined
  const { user_id, event_id: pressId } = press.data
  return { key, address: String(user_id), at: now, kind: 'press', payload: ours.data.p, pressId }
}

const readSchema = z.object({ from_id: person, peer_id: person, read_message_id: z.int().positive() })

function fromRead(key: string, object: unknown, now: Date): Update | undefined {
  const read = readSchema.safeParse(object)
  if (!read.success || read.data.from_id !== read.data.peer_id) return undefined
  const { from_id, read_message_id } = read.data
  const providerMessageId = String(read_message_id)
  return { key, address: String(from_id), at: now, kind: 'receipt', state: 'read', providerMessageId, upTo: true }
}

const allowSchema = z.object({ user_id: person, key: z.string().max(256).optional() })

/** Comes with the widget's or mini-app's `key`, and without one before anybody's first message. */
function fromAllow(key: string, object: unknown, now: Date): Update | undefined {
  const allowed = allowSchema.safeParse(object)
  if (!allowed.success) return undefined
  const base = { key, address: String(allowed.data.user_id), at: now }
  return allowed.data.key ? { ...base, kind: 'start', payload: allowed.data.key } : { ...base, kind: 'unblocked' }
}

/** A payload comes as JSON in a text from a message, as an object from a press. */
function unwrapped(payload: unknown): unknown {
  if (typeof payload !== 'string') return payload
  try {
    return JSON.parse(payload)
  } catch {
    return undefined
  }
}
