import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { groupBy } from '../../src/lib/list.ts'
import { linkedInMax, type MaxPerson, type MaxService, startMaxService } from '../support/max.ts'
import { seeded } from '../support/random.ts'
import type { Json } from '../support/service.ts'
import { linkedSomeone, someone } from '../support/story.ts'
import { until } from '../support/until.ts'

const clients = 50
const messagesEach = 20
const seed = 20_261_124

/** A client and where he reads; `number` is the kopecks of his sums, so that every screen tells whose a message is. */
type Reader = { id: string; userId?: number; chat?: number; number: number }

type Shown = { client: number; sum: number; isMarked: boolean; channel: 'max' | 'telegram'; at: number }

describe('a thousand messages, two messengers, and every fault at random', { timeout: 400_000 }, () => {
  it('each ends in one true state, no repeat is unmarked, and everybody reads his in order', async (t) => {
    const service = await startMaxService(t, { TELEGRAM_RATE_PER_SECOND: '200', MAX_RATE_PER_SECOND: '200' })
    const random = seeded(seed)
    const readers = await readersOf(service)
    const ids = new Map<string, { client: number; sum: number }>()
    for (let sum = 1; sum <= messagesEach; sum++) {
      for (let strike = 0; strike < 12; strike++) strikeOne(service, random)
      const events = readers.map(({ id, number }) => ({
        id: `${id}/${sum}`,
        type: 'payout.paid',
        occurredAt: new Date().toISOString(),
        client: { id },
        payment: { amount: `${sum}.${String(number + 10)}` },
      }))
      const { status, body } = await service.post(events)
      assert.equal(status, 200)
      for (const [index, { id }] of body.results.entries()) ids.set(id, { client: index, sum })
    }

    const journal = await untilDecided(service, ids.size)
    const shown = [...shownIn(service)].sort((a, b) => a.at - b.at)
    const byMessage = groupBy(shown, ({ client, sum }) => `${client}/${sum}`)
    const tally = new Map<string, number>()
    for (const [eventId, { client, sum }] of ids) {
      const lines = journal.get(eventId) ?? []
      const last = lines.at(-1)
      const screens = byMessage.get(`${client}/${sum}`) ?? []
      const told = `${eventId} of ${client}, ${sum}: ${JSON.stringify(lines.map(({ channel, state, reason, repeat }) => ({ channel, state, reason, repeat })))}, on screens ${JSON.stringify(screens)}`
      tally.set(last?.state, (tally.get(last?.state) ?? 0) + 1)
      assert.ok(['sent', 'unknown', 'failed'].includes(last?.state), told)
      // Only one of its deliveries may have been seen by anybody; those before it surely were not.
      for (const line of lines.slice(0, -1)) assert.equal(line.state, 'failed', told)
      assert.ok(screens.filter(({ isMarked }) => !isMarked).length <= 1, `an unmarked repeat: ${told}`)
      assert.ok(screens.length <= 2, told)
      assert.ok(new Set(screens.map(({ channel }) => channel)).size <= 1, `on two messengers: ${told}`)
      if (last?.state === 'sent') assert.ok(screens.length >= 1, `said to be sent, and is not: ${told}`)
      if (last?.state === 'failed') assert.equal(screens.length, 0, `said to have failed, and has not: ${told}`)
    }
    const firsts = shown.filter((each, index) => shown.findIndex((other) => isSame(each, other)) === index)
    for (const [client, all] of groupBy(firsts, (each) => each.client)) {
      const sums = all.map(({ sum }) => sum)
      assert.deepEqual(
        sums,
        [...sums].sort((a, b) => a - b),
        `client ${client}`,
      )
    }
    t.diagnostic(`${JSON.stringify(Object.fromEntries(tally))}, ${shown.length} on screens`)
    assert.ok((tally.get('sent') ?? 0) > 0.8 * ids.size, 'most of them arrive')
  })
})

function isSame(a: Shown, b: Shown): boolean {
  return a.client === b.client && a.sum === b.sum
}

/** A third in both messengers, a third in MAX, a third in Telegram. */
async function readersOf(service: MaxService): Promise<Reader[]> {
  const readers: Reader[] = []
  for (let number = 0; number < clients; number++) {
    if (number % 3 === 2) {
      const { id, chat } = await linkedSomeone(service)
      readers.push({ id, chat, number })
      continue
    }
    const person: MaxPerson = await linkedInMax(service)
    const reader: Reader = { id: person.id, userId: person.userId, number }
    if (number % 3 === 0) {
      const { chat } = someone()
      service.telegram.person(chat, { firstName: 'Иван' }).start()
      const contacts = [
        { channel: 'max', address: String(person.userId) },
        { channel: 'telegram', address: String(chat) },
      ]
      const { status } = await service.api('PUT', `/clients/${person.id}`, { phone: person.phone, contacts })
      assert.equal(status, 200)
      reader.chat = chat
    }
    readers.push(reader)
  }
  return readers
}

/** One of the faults that a messenger can have, on the next payout that it is given. */
function strikeOne({ max, telegram }: MaxService, random: () => number): void {
  const aim = { textIncludes: '₽' }
  const faults = random() < 0.5 ? max.faults : telegram.faults
  const pick = Math.floor(random() * 9)
  if (pick === 0) faults.limit(1, aim)
  else if (pick <= 2) faults.lostAnswer(aim)
  else if (pick === 3) faults.dropped(aim)
  else if (pick === 4) faults.slow(300, aim)
  else if (pick === 5) faults.garbage(200, aim)
  else if (pick === 6) faults.garbage(502, aim)
  else if (faults === max.faults) {
    if (pick === 7) max.faults.error(400, 'proto.payload', 'text is not allowed', aim)
    else max.faults.error(500, 'internal', 'Internal error', aim)
  } else if (pick === 7) telegram.faults.error(400, 'Bad Request: message text is empty', aim)
  else telegram.faults.error(500, 'Internal Server Error', aim)
}

/** By event, the deliveries in the order in which they were tried. */
async function untilDecided(service: MaxService, count: number): Promise<Map<string, Json[]>> {
  return await until(
    async () => {
      const items: Json[] = []
      let cursor = ''
      do {
        const { body } = await service.api('GET', `/journal?limit=500${cursor}`)
        items.push(...body.items)
        cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`
      } while (cursor !== '')
      const byEvent = groupBy(items.reverse(), (each) => each.eventId as string)
      const isOpen = items.some(({ state }) => ['queued', 'waiting', 'sending'].includes(state))
      return byEvent.size === count && !isOpen && (await undecided(service)) === 0 ? byEvent : undefined
    },
    240_000,
    'every message is decided',
  )
}

async function undecided({ url }: MaxService): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = [...text.matchAll(/^vestnik_deliveries_undecided\{[^}]*\} (\d+)$/gm)]
  return lines.reduce((sum, [, count]) => sum + Number(count), 0)
}

function* shownIn({ max, telegram }: MaxService): Generator<Shown> {
  const both = [
    ...max.received.map(({ text, at }) => ({ channel: 'max' as const, text, at: Number(new Date(at)) })),
    ...telegram.received.map(({ text, at }) => ({ channel: 'telegram' as const, text, at: Number(new Date(at)) })),
  ]
  for (const { channel, text, at } of both) {
    const sum = /Выплата (\d+),(\d\d)\u00a0₽/.exec(text)
    if (!sum) continue
    const isMarked = text.startsWith('Повторное сообщение')
    yield { client: Number(sum[2]) - 10, sum: Number(sum[1]), isMarked, channel, at }
  }
}
