import { createEvents, type Events } from './events.ts'

/** What the emulator knows: the community, the people, their dialogs with it, and every message they were shown. */
export type World = {
  group: { id: number; name: string; screenName: string }
  people: Map<number, Person>
  received: Received[]
  /** Presses by their event_id: whose, and whether they were answered. */
  presses: Map<string, Press>
  events: Events
  permissions: Set<string>
  nextMessageId(): number
  /** Called after each received message. */
  onReceived: Set<() => void>
}

export type Who = { firstName: string; lastName?: string }

/** Whether the community may write to him: he never said, he allowed (by writing too), he denied. */
export type Permission = 'never' | 'allowed' | 'denied'

export type Person = {
  id: number
  who: Who
  permission: Permission
  isBlacklisted: boolean
  isDeactivated: boolean
  dialog: ChatMessage[]
  keyboard: Button[][]
  lastCmid: number
  /** The newest message of the community that he has read. */
  readCmid: number
  /** The last notice a pressed button showed him. */
  snackbar: string | undefined
}

export type Button =
  | { kind: 'link'; text: string; url: string }
  | { kind: 'callback'; text: string; payload: string }
  | { kind: 'text'; text: string; payload: string | undefined }

export type ChatMessage = {
  messageId: number
  /** Its number in this dialog: conversation_message_id. */
  cmid: number
  from: 'group' | 'person'
  at: Date
  text: string
  randomId?: number
  buttons: Button[][]
}

/** One message as it reached a client: the plain text he sees. `peerId` is a string, as in our addresses. */
export type Received = {
  peerId: string
  messageId: number
  cmid: number
  at: Date
  text: string
  randomId: number
  buttons: Button[][]
  /** What stands below his input line now. */
  keyboard: Button[][]
  /** VK fetched a link of the text to show a snippet of it. */
  hasLinkPreview: boolean
}

export type Press = { userId: number; at: Date; isAnswered: boolean }

export function createWorld(groupId: number): World {
  // Ids in a community are well above those in a dialog, as they are in life.
  let lastMessageId = 100_000
  return {
    group: { id: groupId, name: 'Вестник', screenName: 'vestnik_emulator' },
    people: new Map(),
    received: [],
    presses: new Map(),
    events: createEvents(groupId),
    permissions: new Set(['messages', 'manage']),
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
    permission: 'never',
    isBlacklisted: false,
    isDeactivated: false,
    dialog: [],
    keyboard: [],
    lastCmid: 0,
    readCmid: 0,
    snackbar: undefined,
  }
  world.people.set(id, person)
  return person
}

export function add(
  world: World,
  person: Person,
  message: Omit<ChatMessage, 'messageId' | 'cmid' | 'at'>,
): ChatMessage {
  person.lastCmid += 1
  const added = { ...message, messageId: world.nextMessageId(), cmid: person.lastCmid, at: new Date() }
  person.dialog.push(added)
  return added
}

export type Content = { text: string; randomId: number; buttons: Button[][]; hasLinkPreview: boolean }

export function show(world: World, person: Person, { hasLinkPreview, ...content }: Content): ChatMessage {
  const shown = add(world, person, { ...content, from: 'group' })
  world.received.push({
    peerId: String(person.id),
    messageId: shown.messageId,
    cmid: shown.cmid,
    at: shown.at,
    text: shown.text,
    randomId: content.randomId,
    buttons: shown.buttons,
    keyboard: person.keyboard,
    hasLinkPreview,
  })
  for (const listener of world.onReceived) listener()
  return shown
}
