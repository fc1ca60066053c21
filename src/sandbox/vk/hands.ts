import { randomBytes } from 'node:crypto'
import { parsed } from './keyboard.ts'
import { add, type Button, type ChatMessage, type Person, type World } from './world.ts'

/** Where he came from: `https://vk.me/NAME?ref=…&ref_source=…`. */
export type Origin = { ref?: string; refSource?: string }

/** What a person can do with his phone. VK has no button that shares one's number. */
export type Hands = {
  id: number
  /** What the dialog shows, both sides. */
  messages: readonly ChatMessage[]
  /** The last notice a pressed button showed him. */
  readonly notice: string | undefined
  /** Presses «Начать» in the empty dialog. */
  start(origin?: Origin): void
  say(text: string, origin?: Origin): void
  /** Presses a button of the latest message that has such a one, or of the keyboard. Answers what it was. */
  press(button: string | ((button: Button) => boolean)): Button
  /** Allows messages in a widget or mini-app, which passes a key of its own. */
  allow(key?: string): void
  /** Forbids the community to write to him. */
  block(): void
  unblock(): void
  /** Reads all that the community has written. */
  read(): void
  /** An hour passes, and VK no longer knows the random_id of what he was sent. */
  waitAnHour(): void
  /** The community's administrators put him on its blacklist. */
  getBlacklisted(): void
  /** His page is deleted. */
  deactivate(): void
}

export function handsOf(world: World, person: Person): Hands {
  return {
    id: person.id,
    messages: person.dialog,
    get notice() {
      return person.snackbar
    },
    start: (origin) => write(world, person, 'Начать', origin, '{"command":"start"}'),
    say: (text, origin) => write(world, person, text, origin),
    press(wanted) {
      const { button, message } = buttonOf(person, typeof wanted === 'string' ? (b) => b.text === wanted : wanted)
      if (button.kind === 'callback') pressCallback(world, person, message, button.payload)
      if (button.kind === 'text') write(world, person, button.text, undefined, button.payload)
      return button
    },
    allow: (key = '') => allow(world, person, key),
    block() {
      person.permission = 'denied'
      world.events.push('message_deny', { user_id: person.id })
    },
    unblock: () => allow(world, person, ''),
    read: () => read(world, person),
    waitAnHour() {
      for (const message of person.dialog) message.at = new Date(message.at.getTime() - 3_600_001)
    },
    getBlacklisted: () => {
      person.isBlacklisted = true
    },
    deactivate: () => {
      person.isDeactivated = true
    },
  }
}

function allow(world: World, person: Person, key: string): void {
  person.permission = 'allowed'
  world.events.push('message_allow', { user_id: person.id, key })
}

/** His first message allows by itself, and VK says so (dev.vk.com/ru/api/community-events/json-schema, message_allow). */
function write(world: World, person: Person, text: string, origin: Origin = {}, payload?: string): void {
  if (person.permission !== 'allowed') allow(world, person, '')
  const { messageId, cmid, at } = add(world, person, { text, from: 'person', buttons: [] })
  const message = {
    id: messageId,
    conversation_message_id: cmid,
    date: Math.floor(at.getTime() / 1000),
    peer_id: person.id,
    from_id: person.id,
    text,
    attachments: [],
    fwd_messages: [],
    important: false,
    is_hidden: false,
    out: 0,
    random_id: 0,
    version: 10_000_000 + messageId,
    ...(payload !== undefined && { payload }),
    ...(origin.ref !== undefined && { ref: origin.ref }),
    ...(origin.refSource !== undefined && { ref_source: origin.refSource }),
  }
  const client_info = {
    button_actions: ['text', 'vkpay', 'open_app', 'location', 'open_link', 'open_photo', 'callback'],
    keyboard: true,
    inline_keyboard: true,
    carousel: true,
    lang_id: 0,
  }
  world.events.push('message_new', { message, client_info })
}

function buttonOf(person: Person, isWanted: (button: Button) => boolean): { button: Button; message: ChatMessage } {
  const last = person.dialog.at(-1)
  const key = person.keyboard.flat().find(isWanted)
  if (key && last) return { button: key, message: last }
  for (const message of person.dialog.toReversed()) {
    const button = message.buttons.flat().find(isWanted)
    if (button) return { button, message }
  }
  throw new Error(`no message of person ${person.id} has such a button`)
}

function pressCallback(world: World, person: Person, message: ChatMessage, payload: string): void {
  const event_id = randomBytes(6).toString('hex')
  world.presses.set(event_id, { userId: person.id, at: new Date(), isAnswered: false })
  world.events.push('message_event', {
    user_id: person.id,
    peer_id: person.id,
    event_id,
    payload: parsed(payload),
    conversation_message_id: message.cmid,
  })
}

function read(world: World, person: Person): void {
  const last = person.dialog.findLast((each) => each.from === 'group')
  if (!last) return
  person.readCmid = last.cmid
  world.events.push('message_read', {
    from_id: person.id,
    peer_id: person.id,
    read_message_id: last.messageId,
    conversation_message_id: last.cmid,
  })
}
