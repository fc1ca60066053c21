import { pushStatus } from './statuses.ts'
import { type Button, type ChatMessage, newMessageId, type Person, show, type World } from './world.ts'

/** What a person can do with his phone. */
export type Hands = {
  phone: string
  userId: string
  /** What his chat shows, both sides. */
  messages: readonly ChatMessage[]
  /** Opens the link wa.me/NUMBER?text=/start%20CODE and sends what stands there. */
  start(payload?: string): void
  say(text: string): void
  /** Presses a reply button of the latest message that has such a one. */
  press(button: string | ((button: Button) => boolean)): Button
  /** Sends a card from his address book. */
  sendCard(phone: string): void
  /** Sends what a bot of ours has no use for. */
  sendPhoto(): void
  /** Opens the chat and sees everything in it. */
  read(): void
  block(): void
  unblock(): void
  /** His phone is out of reach: no VPN, no network. */
  goOffline(): void
  goOnline(): void
  /** Removes WhatsApp. */
  leave(): void
  /** Shows a user name in place of his phone. */
  hidePhone(): void
  /** Time passes: his last message was so long ago. */
  hasBeenSilentFor(hours: number): void
}

export function handsOf(world: World, person: Person): Hands {
  const say = (text: string) => post(world, person, text, { type: 'text', text: { body: text } })
  return {
    phone: person.phone,
    userId: person.userId,
    messages: person.chat,
    start: (payload) => say(payload === undefined ? '/start' : `/start ${payload}`),
    say,
    press: (wanted) => press(world, person, typeof wanted === 'string' ? (each) => each.title === wanted : wanted),
    sendCard(phone) {
      const digits = phone.replace(/\D/g, '')
      const name = { formatted_name: 'Контакт', first_name: 'Контакт' }
      post(world, person, '', {
        type: 'contacts',
        contacts: [{ name, phones: [{ phone, wa_id: digits, type: 'CELL' }] }],
      })
    },
    sendPhoto: () =>
      post(world, person, '', { type: 'image', image: { id: '1', mime_type: 'image/jpeg', sha256: 'x' } }),
    read() {
      for (const message of person.chat.filter((each) => each.from === 'business' && !each.isRead)) {
        message.isRead = true
        pushStatus(world, person, 'read', message)
      }
    },
    block: () => {
      person.isBlocking = true
    },
    unblock: () => {
      person.isBlocking = false
    },
    goOffline: () => {
      person.isOnline = false
    },
    goOnline() {
      person.isOnline = true
      for (const { id, content } of person.waiting.splice(0)) {
        show(world, person, id, content)
        pushStatus(world, person, 'delivered', { ...content, id })
      }
    },
    leave: () => {
      person.hasWhatsApp = false
    },
    hidePhone: () => {
      person.hidesPhone = true
    },
    hasBeenSilentFor: (hours) => {
      person.lastWroteAt = new Date(Date.now() - hours * 3_600_000)
    },
  }
}

function press(world: World, person: Person, isWanted: (button: Button) => boolean): Button {
  for (const { id, buttons, template } of person.chat.toReversed()) {
    const button = buttons.find(isWanted)
    if (!button) continue
    if (button.kind === 'link') return button
    const context = { from: world.number.display, id }
    const reply =
      template === undefined
        ? {
            type: 'interactive',
            interactive: { type: 'button_reply', button_reply: { id: button.id, title: button.title } },
          }
        : { type: 'button', button: { payload: button.id, text: button.title } }
    post(world, person, button.title, { context, ...reply })
    return button
  }
  throw new Error(`no message of person ${person.phone} has such a button`)
}

/** A message of his as Meta passes it on: webhooks/reference/messages. */
function post(world: World, person: Person, text: string, content: object): void {
  const id = newMessageId()
  const at = new Date()
  person.lastWroteAt = at
  person.chat.push({ id, from: 'person', at, text, buttons: [], byPhone: true, isRead: true })
  const { phone, userId, name, hidesPhone } = person
  world.webhooks.push({
    contacts: [{ profile: { name }, ...(!hidesPhone && { wa_id: phone }), user_id: userId }],
    messages: [
      {
        ...(!hidesPhone && { from: phone }),
        from_user_id: userId,
        id,
        timestamp: String(Math.floor(at.getTime() / 1000)),
        ...content,
      },
    ],
  })
}
