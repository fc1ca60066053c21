import { createFaultPanel, usualFaults } from '../page/fault-panel.ts'
import { buttonIsGone, createPeople, fullName, hasNoPhone, nameOf, nextId, remembered } from '../page/people.ts'
import type { ButtonPlace, Chat, Complaint, Message, PageSource } from '../page/source.ts'
import { namedFaults } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import type { Site } from './server.ts'
import { type ChatMessage, type InlineButton, type Person, personOf } from './world.ts'

/** Telegram for the page of the emulators. */
export function pageOf({ world, faults }: Site): PageSource {
  const handsFor = remembered((person: Person) => ({ person, hands: handsOf(world, person) }))
  const people = createPeople<Held>((chatId) => {
    const person = world.people.get(Number(chatId))
    return person && handsFor(person)
  }, acts)
  return {
    messenger: 'telegram',
    title: 'Telegram',
    receivedCount: () => world.received.length,
    chats: () => [...world.people.values()].map((person) => chatOf(handsFor(person))),
    newcomerPhone: 'optional',
    introduce(who) {
      const id = nextId(world.people.keys())
      const phone = who.phone?.replace(/\D/g, '')
      personOf(world, id, { ...nameOf(who), ...(phone && { phone }) })
      return { id: String(id) }
    },
    act: people.act,
    press: (chatId, place) => people.inChat(chatId, (held) => press(held, place)),
    faults: createFaultPanel({
      faults,
      made: {
        ...usualFaults,
        blocked: () => namedFaults.blocked,
        broken: () => namedFaults.broken,
        expiredToken: () => namedFaults.expiredToken,
      },
      aimAt: (_, chatId, times) => ({ times, ...(chatId !== undefined && { chatId }) }),
      chatOf: ({ chatId }) => chatId,
      isCarried: () => world.updates.info().url !== '',
    }),
  }
}

type Held = { person: Person; hands: Hands }

const acts: Record<string, (held: Held, text: string) => unknown> = {
  start: ({ hands }, text) => hands.start(text === '' ? undefined : text),
  say: ({ hands }, text) => hands.say(text),
  block: ({ hands }) => hands.block(),
  unblock: ({ hands }) => hands.unblock(),
  deactivate: ({ hands }) => hands.deactivate(),
}

function press({ person, hands }: Held, { messageId, row, column, text }: ButtonPlace): Complaint | undefined {
  if (messageId === undefined) {
    const key = person.keyboard[row]?.[column]
    if (key?.text !== text) return buttonIsGone
    if (key.requestsContact && person.who.phone === undefined) return hasNoPhone
    hands.press(text)
    return undefined
  }
  const button = person.chat.find((each) => String(each.messageId) === messageId)?.buttons[row]?.[column]
  if (button?.text !== text) return buttonIsGone
  hands.press((each) => each === button)
  return undefined
}

const states: Record<Person['relation'], string> = {
  stranger: 'бота не запускал',
  member: 'бот запущен',
  kicked: 'бот заблокирован',
}

function chatOf({ person, hands }: Held): Chat {
  const { id, who, relation, isDeactivated } = person
  const isKicked = relation === 'kicked'
  return {
    id: String(id),
    name: fullName(who),
    state: `№ ${id}, ${isDeactivated ? 'аккаунт удалён' : states[relation]}`,
    startTitle: 'Запустить',
    hasStarted: relation !== 'stranger',
    acts: [
      isKicked ? { act: 'unblock', title: 'Разблокировать' } : { act: 'block', title: 'Заблокировать' },
      ...(isDeactivated ? [] : [{ act: 'deactivate', title: 'Удалить аккаунт', isRare: true }]),
    ],
    messages: person.chat.map(messageOf),
    keyboard: person.keyboard.map((row) => row.map(({ text }) => ({ text }))),
    notice: hands.notice,
  }
}

/** Of reading, a bot of Telegram learns nothing, so no mark says it. */
function messageOf({ messageId, from, at, text, photo, buttons }: ChatMessage): Message {
  return {
    id: String(messageId),
    from,
    at,
    text,
    hasPhoto: photo !== undefined,
    buttons: buttons.map((row) => row.map(shownButton)),
  }
}

function shownButton(button: InlineButton): { text: string; url?: string } {
  return { text: button.text, ...(button.kind === 'link' && { url: button.url }) }
}
