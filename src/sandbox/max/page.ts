import { createFaultPanel, usualFaults } from '../page/fault-panel.ts'
import { buttonIsGone, createPeople, fullName, hasNoPhone, nameOf, nextId, remembered } from '../page/people.ts'
import type { Button, ButtonPlace, Chat, Complaint, Message, PageSource } from '../page/source.ts'
import { namedFaults } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import type { Site } from './server.ts'
import { type ChatMessage, type Person, personOf } from './world.ts'

/** MAX for the page of the emulators. */
export function pageOf({ world, faults }: Site): PageSource {
  const handsFor = remembered((person: Person) => ({ person, hands: handsOf(world, person) }))
  const people = createPeople<Held>((chatId) => {
    const person = world.people.get(Number(chatId))
    return person && handsFor(person)
  }, acts)
  return {
    messenger: 'max',
    title: 'MAX',
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
      aimAt: (_, userId, times) => ({ times, ...(userId !== undefined && { userId }) }),
      chatOf: ({ userId }) => userId,
      isCarried: () => world.updates.subscriptions().length > 0,
    }),
  }
}

type Held = { person: Person; hands: Hands }

const acts: Record<string, (held: Held, text: string) => unknown> = {
  start: ({ hands }, text) => hands.start(text === '' ? undefined : text),
  say: ({ hands }, text) => hands.say(text),
  block: ({ hands }) => hands.block(),
  unblock: ({ hands }) => hands.unblock(),
  'remove-dialog': ({ hands }) => hands.removeDialog(),
}

function press({ person, hands }: Held, { messageId, row, column, text }: ButtonPlace): Complaint | undefined {
  const button = person.chat.find(({ mid }) => mid === messageId)?.buttons[row]?.[column]
  if (button?.text !== text) return buttonIsGone
  if (button.type === 'request_contact' && person.who.phone === undefined) return hasNoPhone
  // What such a button does on a phone is to say its own words.
  if (button.type === 'message') hands.say(text)
  else hands.press((each) => each === button)
  return undefined
}

const states: Record<Person['relation'], string> = {
  stranger: 'бота не запускал',
  running: 'бот запущен',
  stopped: 'бот остановлен',
}

function chatOf({ person, hands }: Held): Chat {
  const { id, who, relation, chat } = person
  return {
    id: String(id),
    name: fullName(who),
    state: `№ ${id}, ${states[relation]}`,
    startTitle: 'Начать',
    hasStarted: relation !== 'stranger',
    acts: [
      ...(relation === 'running' ? [{ act: 'block', title: 'Остановить бота' }] : []),
      ...(relation === 'stopped' ? [{ act: 'unblock', title: 'Запустить снова' }] : []),
      ...(relation === 'stranger' ? [] : [{ act: 'remove-dialog', title: 'Удалить чат', isRare: true }]),
    ],
    messages: chat.map(messageOf),
    keyboard: [],
    notice: hands.notice,
  }
}

/** A bot of MAX learns nothing of reading, so no mark says it. */
function messageOf({ mid, from, at, text, buttons }: ChatMessage): Message {
  const shown = (button: { text: string; url?: string }): Button => ({
    text: button.text,
    ...(button.url !== undefined && { url: button.url }),
  })
  return { id: mid, from, at, text, buttons: buttons.map((row) => row.map(shown)) }
}
