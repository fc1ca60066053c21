import { randomBytes } from 'node:crypto'
import { readable } from './formatting.ts'
import type { MessageContent } from './request.ts'
import type { Webhooks } from './webhooks.ts'

/** What the emulator knows: the people, their chats, the approved templates, and every message that was shown. */
export type World = {
  number: { id: string; display: string; name: string; accountId: string }
  people: Map<string, Person>
  templates: Map<string, Template>
  received: Received[]
  /** Ids of the messages that we marked as read. */
  readByUs: Set<string>
  webhooks: Webhooks
  onReceived: Set<() => void>
}

export type Who = { name?: string; phone: string }

export type Person = {
  /** Digits; with it goes an id that Meta makes for our business alone. */
  phone: string
  userId: string
  name: string
  hasWhatsApp: boolean
  isBlocking: boolean
  isOnline: boolean
  /** Shows a user name in place of his phone (2026). */
  hidesPhone: boolean
  lastWroteAt: Date | undefined
  chat: ChatMessage[]
  /** Sent to him while he was out of reach. */
  waiting: { id: string; content: MessageContent }[]
}

export type Template = {
  name: string
  language: string
  /** With {{1}}, {{2}} or {{named_ones}}. */
  body: string
  state: 'approved' | 'paused' | 'disabled'
  quickReplies: readonly string[]
}

export type Button = { kind: 'reply'; id: string; title: string } | { kind: 'link'; title: string; url: string }

export type ChatMessage = {
  id: string
  from: 'business' | 'person'
  at: Date
  /** As he reads it: marks of formatting are hidden by his phone. */
  text: string
  buttons: Button[]
  template?: string
  /** The message of his that this one answers. */
  answers?: string
  deliveryId?: string
  byPhone: boolean
  isRead: boolean
}

export type Received = {
  /** Digits of the client's phone. */
  phone: string
  messageId: string
  at: Date
  text: string
  buttons: Button[]
  /** The template that was used; absent for free words. */
  template?: string
  /** Our own id that Meta gives back in the statuses. */
  deliveryId?: string
}

export function createWorld(number: World['number'], webhooks: Webhooks): World {
  return {
    number,
    people: new Map(),
    templates: new Map(),
    received: [],
    readByUs: new Set(),
    webhooks,
    onReceived: new Set(),
  }
}

export function personOf(world: World, phone: string, who?: { name?: string | undefined }): Person {
  const known = world.people.get(phone)
  if (known) {
    if (who?.name !== undefined) known.name = who.name
    return known
  }
  const person: Person = {
    phone,
    userId: `RU.${randomBytes(8).readBigUInt64BE()}`,
    name: who?.name ?? `Клиент ${phone}`,
    hasWhatsApp: true,
    isBlocking: false,
    isOnline: true,
    hidesPhone: false,
    lastWroteAt: undefined,
    chat: [],
    waiting: [],
  }
  world.people.set(phone, person)
  return person
}

/** By phone or by the id that Meta made for us; undefined for who is not in WhatsApp. */
export function findPerson(world: World, { to, recipient }: { to?: string; recipient?: string }): Person | undefined {
  if (to !== undefined) return world.people.get(to.replace(/\D/g, ''))
  return [...world.people.values()].find((each) => each.userId === recipient)
}

export function newMessageId(): string {
  return `wamid.${randomBytes(24).toString('base64')}`
}

const day = 24 * 3_600_000

export function isConversationOpen({ lastWroteAt }: Person, now: Date): boolean {
  return lastWroteAt !== undefined && now.getTime() - lastWroteAt.getTime() < day
}

export function show(world: World, person: Person, id: string, content: MessageContent): void {
  const { text, buttons, template, answers, deliveryId, byPhone } = content
  const message: ChatMessage = {
    id,
    from: 'business',
    at: new Date(),
    text: readable(text),
    buttons,
    byPhone,
    isRead: false,
    ...(template !== undefined && { template }),
    ...(answers !== undefined && { answers }),
    ...(deliveryId !== undefined && { deliveryId }),
  }
  person.chat.push(message)
  const { at, text: read } = message
  world.received.push({
    phone: person.phone,
    messageId: id,
    at,
    text: read,
    buttons,
    ...(template !== undefined && { template }),
    ...(deliveryId !== undefined && { deliveryId }),
  })
  for (const listener of world.onReceived) listener()
}
