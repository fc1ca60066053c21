import { z } from 'zod'
import type { Update } from '../channel.ts'
import { readContact } from './contact.ts'

export const updateTypes = [
  'bot_started',
  'bot_stopped',
  'dialog_removed',
  'message_created',
  'message_callback',
] as const

/** MAX's update in our words; undefined for what we have no use for. Only dialogs count, and only people. */
export function readUpdate(raw: unknown, token: string): Update | undefined {
  const update = updateSchema.safeParse(raw)
  if (!update.success) return undefined
  switch (update.data.update_type) {
    case 'bot_started':
      return fromStart(update.data)
    case 'bot_stopped':
    case 'dialog_removed':
      return { ...baseOfMembership(update.data), kind: 'blocked' }
    case 'message_created':
      return fromMessage(update.data, token)
    case 'message_callback':
      return fromPress(update.data)
  }
}

/** Milliseconds of Unix time; a Date holds no more. */
const moment = z.int().min(0).max(8_640_000_000_000_000)
const person = z.object({ user_id: z.int().positive(), is_bot: z.boolean().nullish() })

const startSchema = z.object({
  update_type: z.literal('bot_started'),
  timestamp: moment,
  chat_id: z.int().nullish(),
  user: person,
  payload: z.string().nullish(),
})

const membershipSchema = startSchema
  .omit({ payload: true })
  .extend({ update_type: z.enum(['bot_stopped', 'dialog_removed']) })

const messageSchema = z.object({
  update_type: z.literal('message_created'),
  timestamp: moment,
  message: z.object({
    sender: person,
    recipient: z.object({ chat_type: z.literal('dialog') }),
    body: z.object({
      mid: z.string().min(1),
      text: z.string().nullish(),
      attachments: z.array(z.unknown()).nullish(),
    }),
  }),
})

const pressSchema = z.object({
  update_type: z.literal('message_callback'),
  timestamp: moment,
  callback: z.object({ timestamp: moment, callback_id: z.string().min(1), payload: z.string(), user: person }),
  // Gone when the message was deleted meanwhile.
  message: z
    .object({ recipient: z.object({ chat_type: z.literal('dialog') }), body: z.object({ mid: z.string() }) })
    .nullish(),
})

const updateSchema = z.discriminatedUnion('update_type', [startSchema, membershipSchema, messageSchema, pressSchema])

type Membership = Omit<z.infer<typeof startSchema>, 'update_type' | 'payload'> & { update_type: string }

/** An update has no number of its own: its kind, its moment and whom or what it is about make one. */
function baseOfMembership({ update_type, timestamp, chat_id, user }: Membership) {
  const key = `${update_type}:${timestamp}:${chat_id ?? ''}:${user.user_id}`
  return { key, address: String(user.user_id), at: new Date(timestamp) }
}

function fromStart(update: z.infer<typeof startSchema>): Update {
  const { payload } = update
  return { ...baseOfMembership(update), kind: 'start', ...(payload ? { payload } : {}) }
}

function fromMessage({ timestamp, message }: z.infer<typeof messageSchema>, token: string): Update | undefined {
  const { sender, body } = message
  if (sender.is_bot) return undefined
  const key = `message_created:${timestamp}:${body.mid}`
  const base = { key, address: String(sender.user_id), at: new Date(timestamp) }
  const contact = body.attachments?.map((each) => readContact(each, sender.user_id, token)).find(Boolean)
  if (contact) return { ...base, kind: 'contact', ...contact }
  const text = body.text ?? ''
  if (text === '') return undefined
  // Whoever has a dialog gets no bot_started any more: what he types is his way back.
  const start = /^\/start(?:\s+(\S+))?\s*$/.exec(text)
  if (!start) return { ...base, kind: 'text', text }
  return { ...base, kind: 'start', ...(start[1] !== undefined && { payload: start[1] }) }
}

/** `callback_id` is that of the keyboard (schema.yaml, Callback), so a second press differs by its moment. */
function fromPress({ callback, message }: z.infer<typeof pressSchema>): Update | undefined {
  const { callback_id: pressId, payload, user, timestamp } = callback
  if (user.is_bot) return undefined
  const key = `message_callback:${timestamp}:${pressId}`
  const base = { key, address: String(user.user_id), at: new Date(timestamp) }
  return { ...base, kind: 'press', payload, pressId, ...(message && { messageId: message.body.mid }) }
}
