import { createFaultPanel, usualFaults } from '../page/fault-panel.ts'
import { buttonIsGone, createPeople, remembered } from '../page/people.ts'
import type { Act, Button, ButtonPlace, Chat, Complaint, Message, PageSource } from '../page/source.ts'
import { namedFaults, templateMark } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import type { Site } from './server.ts'
import { type ChatMessage, isConversationOpen, type Person, personOf, type World } from './world.ts'

/** WhatsApp for the page of the emulators. */
export function pageOf({ world, faults }: Site): PageSource {
  const handsFor = remembered((person: Person) => ({ person, hands: handsOf(world, person) }))
  const people = createPeople<Held>((chatId) => {
    const person = world.people.get(chatId)
    return person && handsFor(person)
  }, acts)
  return {
    messenger: 'whatsapp',
    title: 'WhatsApp',
    receivedCount: () => world.received.length,
    chats: () => [...world.people.values()].map((person) => chatOf(world, person)),
    newcomerPhone: 'required',
    introduce({ name, phone = '' }) {
      const digits = phone.replace(/\D/g, '')
      if (!/^\d{10,15}$/.test(digits)) return { complaint: 'Нужен номер с кодом страны, например 79031234567.' }
      personOf(world, digits, { name })
      return { id: digits }
    },
    act: people.act,
    press: (chatId, place) => people.inChat(chatId, (held) => press(held, place)),
    faults: createFaultPanel({
      faults,
      made: {
        ...usualFaults,
        pairLimit: () => namedFaults.pairLimit,
        blocked: () => namedFaults.blocked,
        broken: () => namedFaults.broken,
        expiredToken: () => namedFaults.expiredToken,
        wrongTemplate: () => namedFaults.wrongTemplate,
      },
      aimAt: (name, phone, times) => ({
        times,
        ...(phone !== undefined && { phone }),
        ...(name === 'wrongTemplate' && { includes: templateMark }),
      }),
      chatOf: ({ phone }) => phone,
      isCarried: () => world.webhooks.isConnected(),
    }),
  }
}

type Held = { person: Person; hands: Hands }

const acts: Record<string, (held: Held, text: string) => unknown> = {
  start: ({ hands }, text) => hands.start(text === '' ? undefined : text),
  say: ({ hands }, text) => hands.say(text),
  read: ({ hands }) => hands.read(),
  block: ({ hands }) => hands.block(),
  unblock: ({ hands }) => hands.unblock(),
  offline: ({ hands }) => hands.goOffline(),
  online: ({ hands }) => hands.goOnline(),
  silent: ({ hands }) => hands.hasBeenSilentFor(25),
  leave: ({ hands }) => hands.leave(),
}

function press({ person, hands }: Held, { messageId, row, text }: ButtonPlace): Complaint | undefined {
  const button = person.chat.find(({ id }) => id === messageId)?.buttons[row]
  if (button?.title !== text) return buttonIsGone
  hands.press((each) => each === button)
  return undefined
}

function stateOf(person: Person): string {
  if (!person.hasWhatsApp) return 'нет в WhatsApp'
  const window = isConversationOpen(person, new Date()) ? 'окно 24 часа открыто' : 'окно 24 часа закрыто'
  return [window, person.isBlocking && 'номер заблокирован', !person.isOnline && 'не в сети']
    .filter((word) => word !== false)
    .join(', ')
}

function chatOf(world: World, person: Person): Chat {
  const { phone, name, chat, lastWroteAt } = person
  return {
    id: phone,
    name,
    state: `+${phone}, ${stateOf(person)}`,
    startTitle: 'Написать /start',
    hasStarted: lastWroteAt !== undefined,
    acts: actsOf(person),
    messages: chat.map((message) => messageOf(world, message)),
    keyboard: [],
    notice: undefined,
  }
}

function actsOf(person: Person): Act[] {
  const { isBlocking, isOnline, hasWhatsApp, chat } = person
  const hasUnread = chat.some(({ from, isRead }) => from === 'business' && !isRead)
  return [
    isBlocking ? { act: 'unblock', title: 'Разблокировать' } : { act: 'block', title: 'Заблокировать' },
    ...(hasUnread ? [{ act: 'read', title: 'Прочитать' }] : []),
    isOnline
      ? { act: 'offline', title: 'Пропасть из сети', isRare: true }
      : { act: 'online', title: 'Вернуться в сеть', isRare: true },
    ...(isConversationOpen(person, new Date()) ? [{ act: 'silent', title: 'Молчать 25 часов', isRare: true }] : []),
    ...(hasWhatsApp ? [{ act: 'leave', title: 'Удалить WhatsApp', isRare: true }] : []),
  ]
}

function messageOf(world: World, message: ChatMessage): Message {
  const { id, from, at, text, buttons, template, isRead } = message
  return {
    id,
    from: from === 'business' ? 'bot' : 'person',
    at,
    text,
    buttons: buttons.map((button): Button[] => [
      { text: button.title, ...(button.kind === 'link' && { url: button.url }) },
    ]),
    isRead: from === 'business' ? isRead : world.readByUs.has(id),
    ...(template !== undefined && { note: `шаблон ${template}` }),
  }
}
