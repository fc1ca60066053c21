import { randomBytes } from 'node:crypto'
import type { Received, TelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { linkedClient } from './people.ts'
import type { Json, TestService } from './service.ts'
import { until } from './until.ts'

/** For what takes a moment on a quiet machine: the tests share two cores. */
export const patienceMs = 30_000

/** What the stories need of a service: they speak to it from outside. */
export type Outside = Pick<TestService, 'post' | 'api'> & { telegram: TelegramEmulator }

let lastChat = 100_000

export type Someone = { id: string; chat: number; phone: string }

/** A person nobody has met yet: a client's id, a chat and a phone of his own. */
export function someone(): Someone {
  lastChat += 1
  return {
    id: `client-${randomBytes(5).toString('hex')}`,
    chat: lastChat,
    phone: `+7903${String(lastChat + 1_000_000)}`,
  }
}

/** Somebody whom 1C has put into the registry with his Telegram chat and his consent. */
export async function linkedSomeone(
  service: Pick<TestService, 'api'> & { telegram: TelegramEmulator },
  more: Record<string, unknown> = {},
): Promise<Someone> {
  const person = someone()
  await linkedClient(service, person.id, person.chat, { phone: person.phone, ...more })
  return person
}

/** He does it himself, in the messenger: start, consent, his own contact. */
export async function linksHimself({ telegram }: { telegram: TelegramEmulator }, person: Someone): Promise<void> {
  const hands = telegram.person(person.chat, { firstName: 'Иван', phone: person.phone.slice(1) })
  hands.start()
  await waitForMessage(telegram, person, 'нужно ваше согласие')
  hands.press((button) => /^соглас/i.test(button.text))
  await waitForMessage(telegram, person, 'один шаг')
  hands.shareContact()
  await waitForMessage(telegram, person, 'Готово')
}

/** A payout of so many roubles; by default of another document than any before. */
export function payout(to: { id: string }, roubles: number, more: Record<string, unknown> = {}) {
  const document = `doc-${randomBytes(6).toString('hex')}`
  return {
    id: `${document}/paid`,
    type: 'payout.paid',
    occurredAt: new Date().toISOString(),
    client: { id: to.id },
    operation: { id: document },
    payment: { amount: `${roubles}.00`, method: 'card' },
    ...more,
  }
}

/** Ordinary traffic that Telegram may carry: it waits through the quiet hours of `zone`. */
export function reminder(to: { id: string }, roubles: number, zone: string, more: Record<string, unknown> = {}) {
  return {
    id: `reminder-${randomBytes(6).toString('hex')}`,
    type: 'installment.reminder',
    occurredAt: new Date().toISOString(),
    branch: { code: `branch-${zone}`, timezone: zone },
    client: { id: to.id },
    payment: { amount: `${roubles}.00`, nextDate: '2099-01-01' },
    ...more,
  }
}

/** A zone whose clock shows about that hour now. */
export function zoneWhereItIs(hour: number, now = new Date()): string {
  const east = ((hour - now.getUTCHours() + 36) % 24) - 12
  // POSIX signs: Etc/GMT-5 is five hours east.
  return east === 0 ? 'Etc/GMT' : `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}`
}

/** What stands on that person's screen, from the bot, oldest first. */
export function screenOf(telegram: TelegramEmulator, { chat }: { chat: number }): Received[] {
  return telegram.received.filter((each) => each.chatId === String(chat))
}

/** Aims a fault at the messages about money to that person, and not at what the bot answers him. */
export function aboutMoneyTo({ chat }: { chat: number }, more: { times?: number } = {}) {
  return { chatId: String(chat), textIncludes: '₽', ...more }
}

/** The sums named on that screen, in the order in which they came. */
export function sumsOn(telegram: TelegramEmulator, person: { chat: number }): number[] {
  return screenOf(telegram, person).flatMap(({ text }) => {
    const found = /(\d[\d\u00a0]*)(?:,\d+)?\u00a0₽/.exec(text)?.[1]
    return found === undefined ? [] : [Number(found.replaceAll('\u00a0', ''))]
  })
}

export async function waitForMessage(
  telegram: TelegramEmulator,
  person: { chat: number },
  part: string | RegExp,
  deadlineMs = patienceMs,
): Promise<Received> {
  const isIt = ({ text }: Received) => (typeof part === 'string' ? text.includes(part) : part.test(text))
  return await until(() => screenOf(telegram, person).find(isIt), deadlineMs, `a message with ${part} comes`)
}

/** Posts one event that must be accepted, and answers its id. */
export async function accepted(
  service: Pick<TestService, 'post'>,
  event: unknown,
  headers: Record<string, string> = {},
): Promise<string> {
  const { status, body } = await service.post(event, headers)
  if (status !== 200 || body.results[0].status !== 'accepted') {
    throw new Error(`not accepted: ${status} ${JSON.stringify(body)}`)
  }
  return body.results[0].id
}

/** The one notification of an event, as GET /events/:id shows it. */
export async function notificationOf(service: Pick<TestService, 'api'>, eventId: string): Promise<Json> {
  return (await service.api('GET', `/events/${eventId}`)).body.notifications?.[0]
}

/** Waits until the event came to that state, and answers its notification. */
export async function cameTo(
  service: Pick<TestService, 'api'>,
  eventId: string,
  state: string,
  deadlineMs = patienceMs,
): Promise<Json> {
  let last: Json
  return await until(
    async () => {
      last = await notificationOf(service, eventId)
      return last?.state === state ? last : undefined
    },
    deadlineMs,
    `the message becomes ${state}`,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; it is ${JSON.stringify(last)}`)
  })
}

/** A decided message never changes again of itself, so the end is the verdict. */
export async function decided(
  service: Pick<TestService, 'api'>,
  eventId: string,
  deadlineMs = patienceMs,
): Promise<Json> {
  return await until(
    async () => {
      const notification = await notificationOf(service, eventId)
      return ['sent', 'failed', 'skipped'].includes(notification?.state) ? notification : undefined
    },
    deadlineMs,
    'the message is decided',
  )
}
