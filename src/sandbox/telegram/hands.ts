import { chatJson, messageJson, seconds, userJson } from './json.ts'
import type { ChatMessage, InlineButton, Person, World } from './world.ts'

/** What a person can do with his phone. */
export type Hands = {
  id: number
  /** What his chat shows, both sides. */
  messages: readonly ChatMessage[]
  /** The last notice a pressed button showed him. */
  readonly notice: string | undefined
  start(payload?: string): void
  say(text: string): void
  /** Presses a button of the latest message that has such a one, or of the keyboard. Answers what it was. */
  press(button: string | ((button: InlineButton) => boolean)): InlineButton | 'contact' | 'text'
  /** Shares his own number, as the contact button does. */
  shareContact(): void
  /** Passes on a card from his address book; without `otherUserId` it is of somebody unknown to Telegram. */
  forwardContact(phone: string, otherUserId?: number): void
  block(): void
  unblock(): void
  /** His account is deleted. */
  deactivate(): void
}

export function handsOf(world: World, person: Person): Hands {
  let lastQuery: string | undefined
  return {
    id: person.id,
    messages: person.chat,
    get notice() {
      return lastQuery === undefined ? undefined : world.answered.get(lastQuery)
    },
    start(payload) {
      if (person.relation === 'kicked') changeRelation(world, person, 'member')
      person.relation = 'member'
      say(world, person, payload === undefined ? '/start' : `/start ${payload}`)
    },
    say: (text) => say(world, person, text),
    press(wanted) {
      const key = person.keyboard.flat().find((button) => button.text === wanted)
      if (key) return pressKey(world, person, key.text, key.requestsContact)
      const { button, message } = buttonOf(person, typeof wanted === 'string' ? (b) => b.text === wanted : wanted)
      if (button.kind === 'callback') lastQuery = pressCallback(world, person, message, button.data)
      return button
    },
    shareContact: () => shareContact(world, person),
    forwardContact(phone, otherUserId) {
      const contact = {
        phone_number: phone,
        first_name: 'Контакт',
        ...(otherUserId !== undefined && { user_id: otherUserId }),
      }
      post(world, person, '', { contact })
    },
    block: () => changeRelation(world, person, 'kicked'),
    unblock: () => changeRelation(world, person, 'member'),
    deactivate: () => {
      person.isDeactivated = true
    },
  }
}

function say(world: World, person: Person, text: string): void {
  const command = /^\/[a-z0-9_]+/i.exec(text)?.[0]
  const entities = command && [{ type: 'bot_command', offset: 0, length: command.length }]
  post(world, person, text, { text, ...(entities && { entities }) })
}

function post(world: World, person: Person, text: string, content: object): void {
  const message: ChatMessage = { messageId: world.nextMessageId(), from: 'person', at: new Date(), text, buttons: [] }
  person.chat.push(message)
  const { message_id, from, chat, date } = messageJson(world, person, message)
  world.updates.push('message', { message_id, from: from ?? null, chat, date, ...content })
}

function shareContact(world: World, person: Person): void {
  const { phone, firstName, lastName } = person.who
  if (phone === undefined) throw new Error(`person ${person.id} was given no phone to share`)
  const name = { first_name: firstName, ...(lastName !== undefined && { last_name: lastName }) }
  post(world, person, '', { contact: { phone_number: phone, ...name, user_id: person.id } })
}

function pressKey(world: World, person: Person, text: string, requestsContact: boolean): 'contact' | 'text' {
  if (requestsContact) shareContact(world, person)
  else say(world, person, text)
  return requestsContact ? 'contact' : 'text'
}

function buttonOf(
  person: Person,
  isWanted: (button: InlineButton) => boolean,
): { button: InlineButton; message: ChatMessage } {
  for (const message of person.chat.toReversed()) {
    const button = message.buttons.flat().find(isWanted)
    if (button) return { button, message }
  }
  throw new Error(`no message of person ${person.id} has such a button`)
}

function pressCallback(world: World, person: Person, message: ChatMessage, data: string): string {
  const id = `${person.id}${message.messageId}${world.nextMessageId()}`
  world.answered.set(id, '')
  world.updates.push('callback_query', {
    id,
    from: userJson(person),
    message: messageJson(world, person, message),
    chat_instance: String(person.id),
    data,
  })
  return id
}

function changeRelation(world: World, person: Person, relation: 'member' | 'kicked'): void {
  const user = world.bot
  const before = person.relation === 'kicked' ? 'kicked' : 'member'
  person.relation = relation
  world.updates.push('my_chat_member', {
    chat: chatJson(person),
    from: userJson(person),
    date: seconds(new Date()),
    old_chat_member: { user, status: before, ...(before === 'kicked' && { until_date: 0 }) },
    new_chat_member: { user, status: relation, ...(relation === 'kicked' && { until_date: 0 }) },
  })
}
