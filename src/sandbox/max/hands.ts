import { createHmac } from 'node:crypto'
import { messageJson, userJson } from './json.ts'
import { addMessage, type Button, type ChatMessage, type Person, type Relation, type World } from './world.ts'

/** What a person can do with his phone. */
export type Hands = {
  id: number
  /** The number of his dialog, which is not his own. */
  chatId: number
  /** What his chat shows, both sides. */
  messages: readonly ChatMessage[]
  /** The last notice a pressed button showed him. */
  readonly notice: string | undefined
  /** Presses «Начать», or follows a link with a payload; where the bot runs already nothing comes of it. */
  start(payload?: string): void
  say(text: string): void
  /** Presses a button of the latest message that has such a one. Answers what it was. */
  press(button: string | ((button: Button) => boolean)): Button
  /** Shares his own number, as the contact button does. */
  shareContact(): void
  /** Attaches a card from his address book; without `otherUserId` it is of somebody unknown to MAX. */
  forwardContact(phone: string, otherUserId?: number): void
  /** Attaches his own card by hand: it bears no hash. */
  attachOwnContact(): void
  /** Stops the bot. */
  block(): void
  /** Starts it again. */
  unblock(): void
  /** Deletes the dialog, which stops the bot as well: MAX tells both. */
  removeDialog(): void
}

export function handsOf(world: World, person: Person): Hands {
  let lastPress: string | undefined
  return {
    id: person.id,
    chatId: person.chatId,
    messages: person.chat,
    get notice() {
      return lastPress === undefined ? undefined : world.presses.get(lastPress)?.notice
    },
    start: (payload) => begin(world, person, payload),
    say: (text) => post(world, person, text),
    press(wanted) {
      const isWanted = typeof wanted === 'string' ? (button: Button) => button.text === wanted : wanted
      const { button, message } = buttonOf(person, isWanted)
      if (button.type === 'callback') lastPress = pressCallback(world, person, message, button.payload ?? '')
      if (button.type === 'request_contact') shareContact(world, person)
      return button
    },
    shareContact: () => shareContact(world, person),
    forwardContact(phone, otherUserId) {
      const other = {
        id: otherUserId ?? 0,
        chatId: 0,
        who: { firstName: 'Контакт' },
        relation: 'stranger' as const,
        chat: [],
      }
      const max_info = otherUserId === undefined ? null : userJson(other)
      attach(world, person, { vcf_info: cardOf(phone, 'Контакт'), max_info })
    },
    attachOwnContact: () => attach(world, person, { vcf_info: ownCard(person), max_info: userJson(person) }),
    block: () => leave(world, person, ['bot_stopped']),
    unblock: () => begin(world, person),
    removeDialog: () => leave(world, person, ['bot_stopped', 'dialog_removed']),
  }
}

function begin(world: World, person: Person, payload?: string): void {
  if (person.relation === 'running') return
  setRelation(world, person, 'running', 'bot_started', payload === undefined ? {} : { payload })
}

function leave(world: World, person: Person, kinds: string[]): void {
  for (const kind of kinds) setRelation(world, person, 'stopped', kind, {})
}

function setRelation(world: World, person: Person, relation: Relation, update_type: string, more: object): void {
  person.relation = relation
  const user = userJson(person)
  const timestamp = world.nextMoment().getTime()
  world.updates.push({ update_type, timestamp, chat_id: person.chatId, user, user_locale: 'ru', ...more })
}

function post(world: World, person: Person, text: string, attachments: object[] = []): void {
  const message = addMessage(world, person, { from: 'person', text, attachments })
  const timestamp = message.at.getTime()
  const json = messageJson(world, person, message)
  world.updates.push({ update_type: 'message_created', timestamp, message: json, user_locale: 'ru' })
}

function attach(world: World, person: Person, payload: object): void {
  post(world, person, '', [{ type: 'contact', payload }])
}

function shareContact(world: World, person: Person): void {
  const vcf_info = ownCard(person)
  const hash = createHmac('sha256', world.token).update(vcf_info).digest('hex')
  attach(world, person, { vcf_info, hash, max_info: userJson(person) })
}

function ownCard({ id, who }: Person): string {
  if (who.phone === undefined) throw new Error(`person ${id} was given no phone to share`)
  return cardOf(who.phone, [who.firstName, who.lastName].filter(Boolean).join(' '))
}

function cardOf(phone: string, name: string): string {
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    'PRODID:ez-vcard',
    `FN:${name}`,
    `TEL;TYPE=cell:${phone}`,
    'END:VCARD',
    '',
  ]
  return lines.join('\r\n')
}

function buttonOf(person: Person, isWanted: (button: Button) => boolean): { button: Button; message: ChatMessage } {
  for (const message of person.chat.toReversed()) {
    const button = message.buttons.flat().find(isWanted)
    if (button) return { button, message }
  }
  throw new Error(`no message of person ${person.id} has such a button`)
}

function pressCallback(world: World, person: Person, message: ChatMessage, payload: string): string {
  const id = `f9LHodD0cO-${person.id}-${world.nextSeq()}`
  const timestamp = world.nextMoment().getTime()
  world.presses.set(id, { message, notice: '' })
  world.updates.push({
    update_type: 'message_callback',
    timestamp,
    callback: { timestamp, callback_id: id, payload, user: userJson(person) },
    message: messageJson(world, person, message),
    user_locale: 'ru',
  })
  return id
}
