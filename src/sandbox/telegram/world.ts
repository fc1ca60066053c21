import { createUpdateQueue, type UpdateQueue } from './update-queue.ts'

/** What the emulator knows: the people, their chats, and every message they were shown. */
export type World = {
  bot: { id: number; is_bot: true; first_name: string; username: string }
  people: Map<number, Person>
  received: Received[]
  /** Presses the bot has answered, with the notice the person was shown. */
  answered: Map<string, string>
  updates: UpdateQueue
  /** Addresses of pictures that were fetched, by the file_id given for each. */
  pictures: Map<string, string>
  nextMessageId(): number
  /** Called after each received message. */
  onReceived: Set<() => void>
}

export type Who = { firstName: string; lastName?: string; phone?: string }
export type Relation = 'stranger' | 'member' | 'kicked'

export type Person = {
  id: number
  who: Who
  relation: Relation
  isDeactivated: boolean
  chat: ChatMessage[]
  keyboard: KeyboardButton[][]
}

export type InlineButton =
  | { kind: 'link'; text: string; url: string }
  | { kind: 'callback'; text: string; data: string }
export type KeyboardButton = { text: string; requestsContact: boolean }

export type ChatMessage = {
  messageId: number
  from: 'bot' | 'person'
  at: Date
  text: string
  /** The address it was fetched from, whichever way it was named; else what it was named. */
  photo?: string
  fileId?: string
  buttons: InlineButton[][]
}

/** One message as it reached a client: the plain text he sees. `chatId` is a string, as in our addresses. */
export type Received = {
  chatId: string
  messageId: number
  at: Date
  text: string
  photo?: string
  buttons: InlineButton[][]
  /** What stands below his input line now. */
  keyboard: KeyboardButton[][]
  /** Telegram fetched a link of the text to show a preview of it. */
  hasLinkPreview: boolean
}

export function createWorld(token: string): World {
  let lastMessageId = 0
  return {
    bot: { id: Number(token.split(':')[0]), is_bot: true, first_name: 'Вестник', username: 'vestnik_emulator_bot' },
    people: new Map(),
    received: [],
    answered: new Map(),
    updates: createUpdateQueue(),
    pictures: new Map(),
    nextMessageId: () => ++lastMessageId,
    onReceived: new Set(),
  }
}

export function personOf(world: World, id: number, who?: Who): Person {
  const known = world.people.get(id)
  if (known) {
    if (who) known.who = who
    return known
  }
  const person: Person = {
    id,
    who: who ?? { firstName: `Клиент ${id}` },
    relation: 'stranger',
    isDeactivated: false,
    chat: [],
    keyboard: [],
  }
  world.people.set(id, person)
  return person
}

type Content = Pick<ChatMessage, 'text' | 'photo' | 'fileId' | 'buttons'> & { hasLinkPreview: boolean }

export function show(world: World, person: Person, { hasLinkPreview, ...message }: Content): ChatMessage {
  const shown: ChatMessage = { ...message, messageId: world.nextMessageId(), at: new Date(), from: 'bot' }
  person.chat.push(shown)
  world.received.push({
    chatId: String(person.id),
    messageId: shown.messageId,
    at: shown.at,
    text: shown.text,
    ...(shown.photo !== undefined && { photo: shown.photo }),
    buttons: shown.buttons,
    keyboard: person.keyboard,
    hasLinkPreview,
  })
  for (const listener of world.onReceived) listener()
  return shown
}
