import type { MaxEmulator } from '../../src/sandbox/max/emulator.ts'
import type { TelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import type { Json } from '../support/service.ts'

/** Who is told, of what, and where he reads it. */
export type Reader = { number: number; id: string; channels: readonly Where[]; address: string }
export type Where = 'max' | 'telegram'

/** One payout: its sum is nobody else's, so that a screen tells which event it came from. */
export type Fact = { number: number; reader: Reader; roubles: number; body: Record<string, unknown> }

export type Chunk = { facts: Fact[]; isSingle: boolean }

const firstSum = 100_000
const firstAddress = 5_000_000

/** By turns: in MAX, in Telegram, in both. */
export function readersOf(count: number): Reader[] {
  return Array.from({ length: count }, (_, number) => ({
    number,
    id: `client-${number}`,
    address: String(firstAddress + number),
    channels:
      number % 3 === 0
        ? (['max'] as const)
        : number % 3 === 1
          ? (['telegram'] as const)
          : (['max', 'telegram'] as const),
  }))
}

/** What each of so many senders posts, in its order: single events and batches, to clients that are his alone. */
export function chunksOf(order: {
  events: number
  senders: number
  readers: Reader[]
  random: () => number
}): Chunk[][] {
  const { events, senders, readers, random } = order
  const lanes: Chunk[][] = Array.from({ length: senders }, () => [])
  for (let number = 0, turn = 0; number < events; turn++) {
    const own = readers.filter((reader) => reader.number % senders === turn % senders)
    const isSingle = random() < 0.6
    const length = isSingle ? 1 : Math.min(events - number, 2 + Math.floor(random() * 40))
    const facts = Array.from({ length }, () => factOf(number++, own[Math.floor(random() * own.length)]))
    lanes[turn % senders]?.push({ facts, isSingle })
  }
  return lanes
}

function factOf(number: number, reader: Reader | undefined): Fact {
  if (reader === undefined) throw new Error('a sender without clients: fewer clients than senders')
  const roubles = firstSum + number
  return {
    number,
    reader,
    roubles,
    body: {
      id: `doc-${number}/paid`,
      type: number % 3 === 0 ? 'payout.sent' : 'payout.paid',
      occurredAt: new Date().toISOString(),
      client: { id: reader.id },
      operation: { id: `operation-${number}` },
      payment: { amount: `${roubles}.00`, method: 'card' },
    },
  }
}

/** A payout as it arrived. */
export type Arrival = { where: Where; address: string; roubles: number; isMarked: boolean; at: number }

export type Screens = { telegram: TelegramEmulator; max: MaxEmulator }

/** Oldest first; what the bot says of itself is left out. */
export function arrivalsOn({ telegram, max }: Screens): Arrival[] {
  const all = [
    ...telegram.received.map(({ chatId, text, at }) => arrivalOf('telegram', chatId, text, at)),
    ...max.received.map(({ userId, text, at }) => arrivalOf('max', userId, text, at)),
  ]
  return all.flatMap((each) => each ?? []).sort((a, b) => a.at - b.at)
}

function arrivalOf(where: Where, address: string, text: string, at: Date): Arrival | undefined {
  const sum = /(\d{3})\u00a0(\d{3})\u00a0₽/.exec(text)
  if (!sum) return undefined
  const isMarked = text.startsWith('Повторное сообщение')
  return { where, address, roubles: Number(`${sum[1]}${sum[2]}`), isMarked, at: Number(at) }
}

/** Puts them into the registry, as 1C would, and opens their chats. */
export async function settle(
  readers: readonly Reader[],
  screens: Screens,
  api: (method: string, path: string, body: unknown) => Promise<{ status: number; body: Json }>,
): Promise<void> {
  const waiting = [...readers]
  const one = async () => {
    for (let reader = waiting.shift(); reader; reader = waiting.shift()) {
      for (const channel of reader.channels) {
        if (channel === 'max') screens.max.person(Number(reader.address), { firstName: 'Иван' }).start()
        else screens.telegram.person(Number(reader.address), { firstName: 'Иван' }).start()
      }
      const { status, body } = await api('PUT', `/clients/${reader.id}`, {
        contacts: reader.channels.map((channel) => ({ channel, address: reader.address })),
        consents: [{ purpose: 'service', granted: true, text: 'Согласие в анкете', at: new Date().toISOString() }],
      })
      if (status !== 200) throw new Error(`client was not saved: ${status} ${JSON.stringify(body)}`)
    }
  }
  await Promise.all(Array.from({ length: 8 }, one))
}
