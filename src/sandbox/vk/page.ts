import { createFaultPanel, usualFaults } from '../page/fault-panel.ts'
import { buttonIsGone, createPeople, fullName, nameOf, nextId, remembered } from '../page/people.ts'
import type { Button, ButtonPlace, Chat, Complaint, Message, PageSource } from '../page/source.ts'
import { namedFaults } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import type { Site } from './server.ts'
import { type ChatMessage, type Button as KnownButton, type Person, personOf } from './world.ts'

/** VK for the page of the emulators. */
export function pageOf({ world, faults }: Site): PageSource {
  const handsFor = remembered((person: Person) => ({ person, hands: handsOf(world, person) }))
  const people = createPeople<Held>((chatId) => {
    const person = world.people.get(Number(chatId))
    return person && handsFor(person)
  }, acts)
  return {
    messenger: 'vk',
    title: 'ВКонтакте',
    receivedCount: () => world.received.length,
    chats: () => [...world.people.values()].map((person) => chatOf(handsFor(person))),
    newcomerPhone: 'none',
    introduce(who) {
      const id = nextId(world.people.keys())
      personOf(world, id, nameOf(who))
      return { id: String(id) }
    },
    act: people.act,
    press: (chatId, place) => people.inChat(chatId, (held) => press(held, place)),
    faults: createFaultPanel({
      faults,
      made: {
        ...usualFaults,
        garbage: () => ({ kind: 'garbage' }),
        flood: () => namedFaults.flood,
        blocked: () => namedFaults.blocked,
        broken: () => ({ kind: 'http', status: 502 }),
        expiredToken: () => namedFaults.expiredToken,
      },
      aimAt: (_, peerId, times) => ({ times, ...(peerId !== undefined && { peerId }) }),
      chatOf: ({ peerId }) => peerId,
      isCarried: () => world.events.servers.list().some(({ status }) => status === 'ok'),
    }),
  }
}

type Held = { person: Person; hands: Hands }

const acts: Record<string, (held: Held, text: string) => unknown> = {
  start: ({ hands }, text) => hands.start(text === '' ? undefined : { ref: text }),
  say: ({ hands }, text) => hands.say(text),
  block: ({ hands }) => hands.block(),
  unblock: ({ hands }) => hands.unblock(),
  read: ({ hands }) => hands.read(),
  blacklist: ({ hands }) => hands.getBlacklisted(),
  deactivate: ({ hands }) => hands.deactivate(),
}

function press({ person, hands }: Held, { messageId, row, column, text }: ButtonPlace): Complaint | undefined {
  const message = person.dialog.find((each) => String(each.messageId) === messageId)
  const button = (messageId === undefined ? person.keyboard : message?.buttons)?.[row]?.[column]
  if (button?.text !== text) return buttonIsGone
  hands.press((each) => each === button)
  return undefined
}

function stateOf({ isDeactivated, isBlacklisted, permission }: Person): string {
  if (isDeactivated) return 'страница удалена'
  if (isBlacklisted) return 'в чёрном списке сообщества'
  return { never: 'ещё не писал', allowed: 'сообщения разрешены', denied: 'сообщения запрещены' }[permission]
}

function chatOf({ person, hands }: Held): Chat {
  const { id, who, dialog, permission, isDeactivated, isBlacklisted, keyboard } = person
  return {
    id: String(id),
    name: fullName(who),
    state: `id${id}, ${stateOf(person)}`,
    startTitle: 'Начать',
    hasStarted: permission !== 'never',
    acts: [
      permission === 'allowed'
        ? { act: 'block', title: 'Запретить сообщения' }
        : { act: 'unblock', title: 'Разрешить сообщения' },
      ...(dialog.some((each) => isUnread(person, each)) ? [{ act: 'read', title: 'Прочитать' }] : []),
      ...(isBlacklisted ? [] : [{ act: 'blacklist', title: 'В чёрный список', isRare: true }]),
      ...(isDeactivated ? [] : [{ act: 'deactivate', title: 'Удалить страницу', isRare: true }]),
    ],
    messages: dialog.map((message) => messageOf(person, message)),
    keyboard: shownRows(keyboard),
    notice: hands.notice,
  }
}

/** VK tells that a client has read; whether the community has read his own words, the emulator does not follow. */
function messageOf(person: Person, message: ChatMessage): Message {
  const { messageId, from, at, text, buttons } = message
  return {
    id: String(messageId),
    from: from === 'group' ? 'bot' : 'person',
    at,
    text,
    buttons: shownRows(buttons),
    ...(from === 'group' && { isRead: !isUnread(person, message) }),
  }
}

function isUnread({ readCmid }: Person, { from, cmid }: ChatMessage): boolean {
  return from === 'group' && cmid > readCmid
}

function shownRows(rows: readonly KnownButton[][]): Button[][] {
  return rows.map((row) =>
    row.map((button) => ({ text: button.text, ...(button.kind === 'link' && { url: button.url }) })),
  )
}
