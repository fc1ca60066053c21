import { createUpdates, type Updates } from './updates.ts'

/** What the emulator knows: the people, their dialogs, and every message they were shown. */
export type World = {
  token: string
  bot: { user_id: number; first_name: string; username: string; is_bot: true; name: string; last_activity_time: number }
  people: Map<number, Person>
  received: Received[]
  /** Pressed buttons by callback id, with their message and the notice the person was shown. */
  presses: Map<string, { message: ChatMessage; notice: string }>
  updates: Updates
  nextSeq(): number
  /** No two acts of people share a moment. */
  nextMoment(): Date
  /** Called after each received message. */
  onReceived: Set<() => void>
}

export type Who = { firstName: string; lastName?: string; phone?: string }
export type Relation = 'stranger' | 'running' | 'stopped'

export type Person = { id: number; chatId: number; who: Who; relation: Relation; chat: ChatMessage[] }

export type Button = { type: string; text: string; url?: string; payload?: string }

export type ChatMessage = {
  mid: string
  seq: number
  from: 'bot' | 'person'
  at: Date
  text: string
  buttons: Button[][]
  picture?: string
  attachments?: object[]
}

/** One message as it reached a client. `userId` is a string, as in our addresses. */
export type Received = {
  userId: string
  mid: string
  at: Date
  text: string
  buttons: Button[][]
  /** The address of its picture. */
  picture?: string
  /** MAX fetched a link of the text to show a preview of it. */
  hasLinkPreview: boolean
}

export function createWorld(token: string, webhookPauseMs: number): World {
  let lastSeq = 0
  let lastMoment = 0
  const name = 'Вестник'
  return {
    token,
    bot: {
      user_id: 229,
      first_name: name,
      username: 'id7700000000_bot',
      is_bot: true,
      name,
      last_activity_time: Date.now(),
    },
    people: new Map(),
    received: [],
    presses: new Map(),
    updates: createUpdates(webhookPauseMs),
    nextSeq: () => ++lastSeq,
    nextMoment: () => {
      lastMoment = Math.max(Date.now(), lastMoment + 1)
      return new Date(lastMoment)
    },
    onReceived: new Set(),
  }
}

export function personOf(world: World, id: number, who?: Who): Person {
  const known = world.people.get(id)
  if (known) {
    if (who) known.who = who
    return known
  }
  // A dialog's number is another than the person's: one in place of the other must not work.
  const chatId = 900_000_000 + id
  const person: Person = { id, chatId, who: who ?? { firstName: `Клиент ${id}` }, relation: 'stranger', chat: [] }
  world.people.set(id, person)
  return person
}

export function addMessage(
  world: World,
  person: Person,
  content: Pick<ChatMessage, 'from' | 'text'> & Partial<ChatMessage>,
): ChatMessage {
  const seq = world.nextSeq()
  const mid = `mid.${person.chatId.toString(16).padStart(16, '0')}${seq.toString(16).padStart(16, '0')}`
  const message: ChatMessage = { mid, seq, at: world.nextMoment(), buttons: [], ...content }
  person.chat.push(message)
  return message
}

export function show(
  world: World,
  person: Person,
  { hasLinkPreview, ...content }: Pick<Received, 'text' | 'buttons' | 'picture' | 'hasLinkPreview'>,
): ChatMessage {
  const shown = addMessage(world, person, { from: 'bot', ...content })
  world.received.push({ userId: String(person.id), mid: shown.mid, at: shown.at, ...content, hasLinkPreview })
  for (const listener of world.onReceived) listener()
  return shown
}
