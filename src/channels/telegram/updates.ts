import { z } from 'zod'
import type { Update } from '../channel.ts'

/** One element of getUpdates, or the body of one webhook request. `update` is absent for what we have no use for. */
export type TelegramUpdate = { id: number; update?: Update }

/** Telegram's update in our words; undefined when it is not an update at all. Only private chats count. */
export function readUpdate(raw: unknown, now: Date): TelegramUpdate | undefined {
  const envelope = envelopeSchema.safeParse(raw)
  if (!envelope.success) return undefined
  const { update_id: id, message, callback_query, my_chat_member } = envelope.data
  const update = fromMessage(id, message) ?? fromPress(id, callback_query, now) ?? fromMembership(id, my_chat_member)
  return update ? { id, update } : { id }
}

const envelopeSchema = z.object({
  update_id: z.int(),
  message: z.unknown().optional(),
  callback_query: z.unknown().optional(),
  my_chat_member: z.unknown().optional(),
})

const privateChatSchema = z.object({ id: z.int(), type: z.literal('private') })

const contactSchema = z.object({
  phone_number: z.string().min(1),
  user_id: z.int().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
})

const messageSchema = z.object({
  date: z.int(),
  from: z.object({ id: z.int() }),
  chat: privateChatSchema,
  text: z.string().optional(),
  contact: contactSchema.optional(),
})

type TelegramMessage = z.infer<typeof messageSchema>

function fromMessage(id: number, raw: unknown): Update | undefined {
  const message = messageSchema.safeParse(raw)
  if (!message.success) return undefined
  const base = { key: String(id), address: String(message.data.chat.id), at: momentOf(message.data.date) }
  const { contact, text } = message.data
  if (contact) return { ...base, kind: 'contact', ...ownerOf(contact, message.data.from.id) }
  if (text === undefined) return undefined
  const start = /^\/start(?:@\w+)?(?:\s+(\S+))?\s*$/.exec(text)
  if (!start) return { ...base, kind: 'text', text }
  return { ...base, kind: 'start', ...(start[1] !== undefined && { payload: start[1] }) }
}

/** Anybody's card can be forwarded: the number is proven only when Telegram says that it belongs to the sender (core.telegram.org/bots/api#contact). */
function ownerOf(contact: NonNullable<TelegramMessage['contact']>, senderId: number) {
  const own = contact.user_id !== undefined && contact.user_id === senderId
  // Telegram gives its own users' numbers in international form, with or without the plus.
  const phone = own && !contact.phone_number.startsWith('+') ? `+${contact.phone_number}` : contact.phone_number
  const fullName = [contact.last_name, contact.first_name].filter(Boolean).join(' ')
  return { phone, own, ...(own && fullName !== '' && { fullName }) }
}

const pressSchema = z.object({
  id: z.string(),
  from: z.object({ id: z.int() }),
  data: z.string(),
  message: z.object({ message_id: z.int(), chat: privateChatSchema }).optional(),
})

/** A press carries no time of its own: `date` inside is that of the message. */
function fromPress(id: number, raw: unknown, now: Date): Update | undefined {
  const press = pressSchema.safeParse(raw)
  if (!press.success) return undefined
  const { id: pressId, from, data: payload, message } = press.data
  const base = { key: String(id), address: String(message?.chat.id ?? from.id), at: now }
  return { ...base, kind: 'press', payload, pressId, ...(message && { messageId: String(message.message_id) }) }
}

const membershipSchema = z.object({
  date: z.int(),
  chat: privateChatSchema,
  new_chat_member: z.object({ status: z.enum(['kicked', 'member']) }),
})

function fromMembership(id: number, raw: unknown): Update | undefined {
  const membership = membershipSchema.safeParse(raw)
  if (!membership.success) return undefined
  const { date, chat, new_chat_member } = membership.data
  const kind = new_chat_member.status === 'kicked' ? 'blocked' : 'unblocked'
  return { key: String(id), address: String(chat.id), at: momentOf(date), kind }
}

function momentOf(seconds: number): Date {
  return new Date(seconds * 1000)
}
