import { z } from 'zod'
import type { Receipt, Update } from '../channel.ts'
import { readError } from './call.ts'
import { ownPhonePayload } from './layout.ts'
import { failureOf } from './outcome.ts'

export type Reader = {
  /** One app can have several numbers, and Meta calls one address for all of them: only ours is listened to. */
  phoneNumberId: string
  now: Date
}

/** A webhook's body in our words, in Meta's order; what we have no use for is left out. Never throws. */
export function readUpdates(raw: unknown, { phoneNumberId, now }: Reader): Update[] {
  const envelope = envelopeSchema.safeParse(raw)
  if (!envelope.success) return []
  return envelope.data.entry
    .flatMap((entry) => entrySchema.safeParse(entry).data?.changes ?? [])
    .flatMap((change) => changeSchema.safeParse(change).data ?? [])
    .filter(({ value }) => value.metadata.phone_number_id === phoneNumberId)
    .flatMap(({ value: { contacts, messages, statuses } }) => [
      ...messages.flatMap((each) => fromMessage(each, namesIn(contacts), now) ?? []),
      ...statuses.flatMap((each) => fromStatus(each, now) ?? []),
    ])
}

const list = z.array(z.unknown()).default([]).catch([])
const envelopeSchema = z.object({ object: z.literal('whatsapp_business_account'), entry: list })
const entrySchema = z.object({ changes: list })
const changeSchema = z.object({
  field: z.literal('messages'),
  value: z.object({
    metadata: z.object({ phone_number_id: z.string() }),
    contacts: list,
    messages: list,
    statuses: list,
  }),
})

const id = z.string().min(1).max(1_000)
const personSchema = z.object({
  wa_id: z.string().optional(),
  user_id: z.string().optional(),
  profile: z.object({ name: z.string().optional() }).optional(),
})

/** What people call themselves, by each of their ids. */
function namesIn(contacts: readonly unknown[]): Map<string, string> {
  return new Map(
    contacts.flatMap((raw): [string, string][] => {
      const { wa_id, user_id, profile } = personSchema.safeParse(raw).data ?? {}
      const name = profile?.name
      return name === undefined ? [] : [wa_id, user_id].flatMap((key) => (key === undefined ? [] : [[key, name]]))
    }),
  )
}

const messageSchema = z.object({
  /** Left out when the person shows a user name in place of his phone (2026). */
  from: z.string().optional(),
  from_user_id: z.string().optional(),
  /** Set in groups, which are no place for us. */
  group_id: z.string().optional(),
  id,
  timestamp: z.coerce.number(),
  type: z.string(),
  context: z.object({ id: z.string().optional() }).optional(),
  text: z.object({ body: z.string() }).optional(),
  button: z.object({ payload: z.string().optional(), text: z.string() }).optional(),
  interactive: z
    .object({
      button_reply: z.object({ id: z.string(), title: z.string() }).optional(),
      list_reply: z.object({ id: z.string(), title: z.string() }).optional(),
    })
    .optional(),
  contacts: z
    .array(
      z.object({
        phones: z.array(z.object({ phone: z.string().optional(), wa_id: z.string().optional() })).default([]),
      }),
    )
    .optional(),
})

type Incoming = z.output<typeof messageSchema>
type Base = { key: string; address: string; at: Date }

function fromMessage(raw: unknown, names: ReadonlyMap<string, string>, now: Date): Update | undefined {
  const parsed = messageSchema.safeParse(raw)
  const address = parsed.data?.from ?? parsed.data?.from_user_id
  if (!parsed.success || !address || parsed.data.group_id !== undefined) return undefined
  const message = parsed.data
  const base = { key: `m:${message.id}`, address, at: momentOf(message.timestamp, now) }
  switch (message.type) {
    case 'text':
      return message.text && fromText(base, message.text.body)
    case 'button':
      return message.button && pressOf(base, message, message.button.payload ?? message.button.text)
    case 'interactive':
      return fromReply(base, message, names)
    case 'contacts':
      return fromCard(base, message)
    default:
      return undefined
  }
}

/** The link wa.me/NUMBER?text=/start%20CODE opens the chat with these words ready to be sent. */
function fromText(base: Base, text: string): Update {
  const start = /^\s*\/?(?:start|старт|начать)(?:\s+(\S+))?\s*$/i.exec(text)
  if (!start) return { ...base, kind: 'text', text }
  return { ...base, kind: 'start', ...(start[1] !== undefined && { payload: start[1] }) }
}

function fromReply(base: Base, message: Incoming, names: ReadonlyMap<string, string>): Update | undefined {
  const reply = message.interactive?.button_reply ?? message.interactive?.list_reply
  if (!reply) return undefined
  if (reply.id !== ownPhonePayload) return pressOf(base, message, reply.id)
  // `from` is Meta's own word for whose phone this is; who shows a user name instead has proven none.
  if (!isPhone(message.from)) return { ...base, kind: 'text', text: reply.title }
  const fullName = names.get(message.from)
  return { ...base, kind: 'contact', phone: `+${message.from}`, own: true, ...(fullName !== undefined && { fullName }) }
}

function pressOf(base: Base, { id: pressId, context }: Incoming, payload: string): Update {
  return { ...base, kind: 'press', payload, pressId, ...(context?.id !== undefined && { messageId: context.id }) }
}

/** Anybody's card can be sent on: it proves nothing unless it holds the very number that Meta names as the sender. */
function fromCard(base: Base, { from, contacts }: Incoming): Update | undefined {
  const phones = contacts?.flatMap((card) => card.phones) ?? []
  const digits = phones.flatMap((each) => (each.wa_id ?? each.phone ?? '').replace(/\D/g, '') || [])
  const [first] = digits
  if (first === undefined) return undefined
  const own = isPhone(from) && digits.includes(from)
  return { ...base, kind: 'contact', phone: `+${own ? from : first}`, own }
}

function isPhone(from: string | undefined): from is string {
  return from !== undefined && /^\d{7,15}$/.test(from)
}

const statusSchema = z.object({
  id,
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  timestamp: z.coerce.number(),
  recipient_id: z.string().optional(),
  recipient_user_id: z.string().optional(),
  biz_opaque_callback_data: z.string().min(1).optional(),
  errors: list,
})

const states = { sent: 'taken', delivered: 'delivered', read: 'read', failed: 'failed' } as const satisfies Record<
  string,
  Receipt['state']
>

/** A lone `read` says that the message came: Meta may leave `delivered` out when the chat stands open. */
function fromStatus(raw: unknown, now: Date): Update | undefined {
  const parsed = statusSchema.safeParse(raw)
  if (!parsed.success) return undefined
  const { status, biz_opaque_callback_data: deliveryId, errors, recipient_id, recipient_user_id } = parsed.data
  return {
    key: `s:${parsed.data.id}:${status}`,
    address: recipient_id ?? recipient_user_id ?? '',
    at: momentOf(parsed.data.timestamp, now),
    kind: 'receipt',
    state: states[status],
    providerMessageId: parsed.data.id,
    ...(deliveryId !== undefined && { deliveryId }),
    ...(status === 'failed' && { outcome: failureOf(readError(errors[0])) }),
  }
}

/** A moment that no calendar holds must not keep an update from being stored. */
function momentOf(seconds: number, now: Date): Date {
  const at = new Date(seconds * 1000)
  return Number.isNaN(at.getTime()) || at > now ? now : at
}
