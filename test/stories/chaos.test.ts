import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { groupBy } from '../../src/lib/list.ts'
import type { Cleanup } from '../support/cleanup.ts'
import { linkedInMax, type MaxPerson, type MaxService, startMaxService } from '../support/max.ts'
import { seeded } from '../support/random.ts'
import type { Json } from '../support/service.ts'
import { linkedSomeone, someone } from '../support/story.ts'
import { until } from '../support/until.ts'
import { emulatedVk, registeredPage, type VkService } from '../support/vk.ts'
import { emulatedWhatsApp, registeredReader, type WhatsAppService } from '../support/whatsapp.ts'

const messagesEach = 20
/** WhatsApp takes three messages of one chat at once, and then one in six seconds: its readers get fewer. */
const messagesInWhatsApp = 4
const clients = 54
const clientsOfWhatsApp = 5
const seed = 20_261_124

/** A client and where he reads; `number` is the kopecks of his sums, so that every screen tells whose a message is. */
type Reader = { id: string; number: number }

type Shown = {
  client: number
  sum: number
  isMarked: boolean
  channel: 'max' | 'telegram' | 'vk' | 'whatsapp'
  at: number
}

type World = MaxService & VkService & WhatsAppService

describe('a thousand messages, four messengers, and every fault at random', { timeout: 400_000 }, () => {
  it('each ends in one true state, no repeat is unmarked, and everybody reads his in order', async (t) => {
    const service = await startWorld(t)
    const random = seeded(seed)
    const readers = await readersOf(service)
    const ids = new Map<string, { client: number; sum: number }>()
    for (let sum = 1; sum <= messagesEach; sum++) {
      for (let strike = 0; strike < 12; strike++) strikeOne(service, random, sum)
      const told = sum <= messagesInWhatsApp ? readers : readers.slice(0, clients - clientsOfWhatsApp)
      const events = told.map(({ id, number }) => ({
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
      assert.ok(['sent', 'delivered', 'unknown', 'failed'].includes(last?.state), told)
      // Only one of its deliveries may have been seen by anybody; those before it surely were not.
      for (const line of lines.slice(0, -1)) assert.equal(line.state, 'failed', told)
      assert.ok(screens.filter(({ isMarked }) => !isMarked).length <= 1, `an unmarked repeat: ${told}`)
      assert.ok(screens.length <= 2, told)
      assert.ok(new Set(screens.map(({ channel }) => channel)).size <= 1, `on two messengers: ${told}`)
      if (last?.state === 'sent' || last?.state === 'delivered')
        assert.ok(screens.length >= 1, `said to be sent, and is not: ${told}`)
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
    assert.equal(new Set(shown.map(({ channel }) => channel)).size, 4, 'all four play')
  })
})

function isSame(a: Shown, b: Shown): boolean {
  return a.client === b.client && a.sum === b.sum
}

async function startWorld(t: Cleanup): Promise<World> {
  const [vk, whatsapp] = [await emulatedVk(t), await emulatedWhatsApp(t)]
  const service = await startMaxService(t, {
    ...vk.settings,
    ...whatsapp.settings,
    TELEGRAM_RATE_PER_SECOND: '200',
    MAX_RATE_PER_SECOND: '200',
    VK_RATE_PER_SECOND: '200',
  })
  await vk.connect(service)
  await whatsapp.connect(service)
  return { ...service, vk: vk.vk, whatsapp: whatsapp.whatsapp }
}

/** By turns: in MAX and Telegram both, in MAX, in Telegram, in VK; the last ones in WhatsApp. */
async function readersOf(service: World): Promise<Reader[]> {
  const readers: Reader[] = []
  for (let number = 0; number < clients; number++) readers.push({ id: await linkedSomewhere(service, number), number })
  return readers
}

async function linkedSomewhere(service: World, number: number): Promise<string> {
  if (number >= clients - clientsOfWhatsApp) {
    return (await registeredReader(service)).id
  }
  if (number % 4 === 3) return (await registeredPage(service)).id
  if (number % 4 === 2) return (await linkedSomeone(service)).id
  const person: MaxPerson = await linkedInMax(service)
  if (number % 4 === 0) {
    const { chat } = someone()
    service.telegram.person(chat, { firstName: 'Иван' }).start()
    const contacts = [
      { channel: 'max', address: String(person.userId) },
      { channel: 'telegram', address: String(chat) },
    ]
    const { status } = await service.api('PUT', `/clients/${person.id}`, { phone: person.phone, contacts })
    assert.equal(status, 200)
  }
  return person.id
}

/** One of the faults that a messenger can have, on the next payout of that sum; each as often as it has readers. */
function strikeOne(world: World, random: () => number, roubles: number): void {
  const share = random()
  const name = share < 0.38 ? 'max' : share < 0.76 ? 'telegram' : share < 0.94 ? 'vk' : 'whatsapp'
  const faults = faultsOf(world, roubles)[name]
  faults[Math.floor(random() * faults.length)]?.()
}

type UsualFaults<Aim> = {
  limit(seconds: number, aim: Aim): void
  lostAnswer(aim: Aim): void
  dropped(aim: Aim): void
  slow(ms: number, aim: Aim): void
}

function usual<Aim>(faults: UsualFaults<Aim>, aim: Aim): (() => void)[] {
  const lost = () => faults.lostAnswer(aim)
  return [() => faults.limit(1, aim), lost, lost, () => faults.dropped(aim), () => faults.slow(300, aim)]
}

/** Beside the usual ones: answers that nobody can read, a refusal of the text, trouble inside, in the words of each. */
function faultsOf({ max, telegram, vk, whatsapp }: World, roubles: number): Record<Shown['channel'], (() => void)[]> {
  const aim = { textIncludes: ` ${roubles},` }
  const inJson = { includes: `"${roubles},` }
  return {
    max: [
      ...usual(max.faults, aim),
      () => max.faults.garbage(200, aim),
      () => max.faults.garbage(502, aim),
      () => max.faults.error(400, 'proto.payload', 'text is not allowed', aim),
      () => max.faults.error(500, 'internal', 'Internal error', aim),
    ],
    telegram: [
      ...usual(telegram.faults, aim),
      () => telegram.faults.garbage(200, aim),
      () => telegram.faults.garbage(502, aim),
      () => telegram.faults.error(400, 'Bad Request: message text is empty', aim),
      () => telegram.faults.error(500, 'Internal Server Error', aim),
    ],
    vk: [
      ...usual(vk.faults, aim),
      () => vk.faults.garbage(aim),
      () => vk.faults.http(502, aim),
      () => vk.faults.error(914, 'Message is too long', aim),
      () => vk.faults.error(10, 'Internal server error', aim),
    ],
    whatsapp: [
      ...usual(whatsapp.faults, inJson),
      () => whatsapp.faults.garbage(200, inJson),
      () => whatsapp.faults.garbage(502, inJson),
      () => whatsapp.faults.fails(131049, 'healthy ecosystem', inJson),
      () => whatsapp.faults.error(131000, 500, 'Something went wrong.', inJson),
    ],
  }
}

/** By event, the deliveries in the order in which they were tried. */
async function untilDecided(service: World, count: number): Promise<Map<string, Json[]>> {
  return await until(
    async () => {
      // The journal is long: it is read when the sweep has found nothing more to do.
      const open = await undecided(service)
      if (open > 0) throw new Error(`${open} are not decided`)
      const items: Json[] = []
      let cursor = ''
      do {
        const { body } = await service.api('GET', `/journal?limit=500${cursor}`)
        items.push(...body.items)
        cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`
      } while (cursor !== '')
      const byEvent = groupBy(items.reverse(), (each) => each.eventId as string)
      // WhatsApp tells of each that it took what became of it.
      const untold = items.find(
        ({ state, channel }) =>
          ['queued', 'waiting', 'sending'].includes(state) || (channel === 'whatsapp' && state === 'sent'),
      )
      if (untold) throw new Error(`one is ${untold.state} in ${untold.channel}, for ${untold.reason}`)
      return byEvent.size === count ? byEvent : undefined
    },
    240_000,
    'every message is decided',
  )
}

async function undecided({ url }: World): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = [...text.matchAll(/^vestnik_deliveries_undecided\{[^}]*\} (\d+)$/gm)]
  return lines.reduce((sum, [, count]) => sum + Number(count), 0)
}

function* shownIn({ max, telegram, vk, whatsapp }: World): Generator<Shown> {
  const screens = { max, telegram, vk, whatsapp }
  for (const channel of ['max', 'telegram', 'vk', 'whatsapp'] as const) {
    for (const { text, at } of screens[channel].received) {
      const sum = /(\d+),(\d\d)[ \u00a0]₽/.exec(text)
      if (!sum) continue
      const isMarked = text.startsWith('Повторное сообщение')
      yield { client: Number(sum[2]) - 10, sum: Number(sum[1]), isMarked, channel, at: Number(new Date(at)) }
    }
  }
}
