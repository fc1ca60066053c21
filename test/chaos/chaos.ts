import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startMaxEmulator } from '../../src/sandbox/max/emulator.ts'
import { startTelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { type Cleanup, cleanup } from '../support/cleanup.ts'
import { type Line, startLine } from '../support/line.ts'
import { runProcess } from '../support/process.ts'
import { seeded } from '../support/random.ts'
import { freePort, startRedis } from '../support/redis.ts'
import { clientOf, type Json, testEnvironment } from '../support/service.ts'
import { linksHimself, someone } from '../support/story.ts'
import { until } from '../support/until.ts'
import { largeDisk, smallDisk } from './disk.ts'
import { type Battlefield, type FaultName, faultNames, faults } from './faults.ts'
import { type Ledger, ledgerOf } from './ledger.ts'
import { keepPostgres, postmasterOf } from './postgres.ts'
import { keepProcesses, type Processes } from './processes.ts'
import { type Posted, postAll } from './sender.ts'
import { type Struck, strikeAll } from './strike.ts'
import { arrivalsOn, chunksOf, readersOf, type Screens, settle } from './town.ts'
import { judge, type Verdict } from './verdict.ts'

export type ChaosOrder = {
  seed: number
  backend: 'postgres' | 'redis'
  events: number
  /** Events a second that the senders post; how long it all takes follows from it. */
  pace: number
  /** All that make sense here, unless named. */
  faults?: readonly FaultName[]
  /** How often each of them comes at most; as often as there is time, unless given. */
  rounds?: number
  onProgress(line: string): void
}

export type ChaosResult = Verdict & {
  faults: ReadonlyMap<string, number>
  answers: ReadonlyMap<string, number>
  /** From the last fault to the moment when nothing was left to do. */
  settledMs: number
  tookMs: number
  mayRepeat: number
  disk: string | undefined
  /** Errors in the logs of the processes, by what they say: no verdict, but something to read. */
  log: ReadonlyMap<string, number>
}

const senders = 4
/** A message that was deferred four times waits two minutes for its next try; the rest is for a slow machine. */
const patienceMs = (events: number) => (events < 1_000 ? 120_000 : 240_000) + events * 30
/** How many calls a worker has in hand at most: those of both messengers (src/workers.ts). */
const inHand = { postgres: 2 * 30, redis: 2 * 100 }

/** A town of clients, a service in four processes, and everything that can break under them while it works. */
export async function chaos(t: Cleanup, order: ChaosOrder): Promise<ChaosResult> {
  const startedAt = Date.now()
  const { events, seed, backend } = order
  const random = seeded(seed)
  const { field, processes, api, url } = await startField(t, order)
  const { screens, postgres } = field
  const readers = readersOf(Math.min(400, Math.max(24, Math.ceil(events / 8))))
  await settle(readers, screens, api)
  const ledger = await ledgerOf(t, postgres.databaseUrl)

  const lanes = chunksOf({ events, senders, readers, random })
  const facts = lanes.flat().flatMap((chunk) => chunk.facts)
  const posted: Posted = { ids: new Map(), answers: new Map(), complaints: [] }
  const struck: Struck = { tally: new Map(), lastAt: Date.now() }
  const stopTelling = tellOften(order, startedAt, { posted, struck, screens, ledger })
  try {
    let isPosted = false
    const names = order.faults ?? faultNames
    const usable = names.filter((name) => isUsable(name, field))
    const everyMs = Math.min(3_000, (events / order.pace / usable.length) * 1000)
    await Promise.all([
      postAll({ url, lanes, pace: order.pace, deadlineMs: 120_000 }, posted).finally(() => {
        isPosted = true
      }),
      strikeAll(
        { field, names: usable, random, everyMs, rounds: order.rounds ?? 1_000, isOver: () => isPosted },
        struck,
      ),
    ])
    for (const channel of [screens.telegram, screens.max]) channel.faults.clear()
    const calmAt = Date.now()
    await processes.untilReady(60_000)
    const complaints = await untilSettled(ledger, patienceMs(events))
    const settledMs = Date.now() - calmAt
    complaints.push(
      ...(await ledger.complaints()),
      ...(await botIsAlive(screens)),
      ...(await journalIsWhole(postgres.databaseUrl)),
    )
    const mayRepeat = [...struck.tally].reduce(
      (sum, [name, count]) => sum + count * mayLose(name as FaultName, backend),
      0,
    )
    const journal = await wholeJournal(api)
    const verdict = judge({ facts, posted, arrivals: arrivalsOn(screens), journal, mayRepeat })
    return {
      ...verdict,
      complaints: [...verdict.complaints, ...complaints],
      faults: struck.tally,
      answers: posted.answers,
      settledMs,
      tookMs: Date.now() - startedAt,
      mayRepeat,
      disk: field.disk.how,
      log: processes.complaints,
    }
  } finally {
    stopTelling()
  }
}

type Field = {
  field: Battlefield
  processes: Processes
  url: string
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }>
}

async function startField(t: Cleanup, { backend, events, faults: named }: ChaosOrder): Promise<Field> {
  const folder = await mkdtemp(join(tmpdir(), 'vc-'))
  cleanup(t, () => rm(folder, { recursive: true, force: true }))
  const dataDir = join(folder, 'data')
  const bytes = 700_000_000 + events * 60_000
  const disk = isNamed('disk full', named) ? await smallDisk(t, dataDir, bytes, () => postmasterOf(dataDir)) : largeDisk
  const postgres = await keepPostgres(t, folder, dataDir)
  const redis = backend === 'redis' ? await startRedis(t) : undefined
  const [telegram, max] = [await startTelegramEmulator(), await startMaxEmulator()]
  cleanup(t, () => Promise.all([telegram.close(), max.close()]))
  const lines = { telegram: await lineTo(t, telegram.apiRoot), max: await lineTo(t, max.apiRoot) }
  const port = await portOfOurOwn()
  const settings = (roles: string, more: Record<string, string> = {}) =>
    testEnvironment(postgres.databaseUrl, {
      ...(redis && { REDIS_URL: redis.url }),
      ROLES: roles,
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: `http://127.0.0.1:${lines.telegram.port}`,
      MAX_TOKEN: max.token,
      MAX_API_ROOT: `http://127.0.0.1:${lines.max.port}`,
      MAX_RATE_PER_SECOND: '1000',
      ...more,
    })
  const processes = await keepProcesses(t, {
    api: settings('api', { PORT: String(port) }),
    'worker-1': settings('worker'),
    'worker-2': settings('worker'),
    bot: settings('bot'),
  })
  const field: Battlefield = {
    process: (name) => {
      const found = processes.of.get(name)
      if (found === undefined) throw new Error(`no process ${name}`)
      return found
    },
    postgres,
    redis,
    disk,
    screens: { telegram, max },
    lines,
  }
  const url = `http://127.0.0.1:${port}`
  return { field, processes, url, api: clientOf(url).api }
}

function isNamed(fault: FaultName, named: readonly FaultName[] = faultNames): boolean {
  return named.includes(fault)
}

/**
 * The api is killed and comes back under the same address: no port that the system gives away meanwhile. It gives those from
 * 32768 on, where nobody has set it otherwise.
 */
async function portOfOurOwn(): Promise<number> {
  return 10_000 + ((await freePort()) % 20_000)
}

async function lineTo(t: Cleanup, apiRoot: string): Promise<Line> {
  return await startLine(t, { host: '127.0.0.1', port: Number(new URL(apiRoot).port) })
}

function isUsable(name: FaultName, { redis, disk }: Battlefield): boolean {
  if (faults[name].touches === 'redis') return redis !== undefined
  return name !== 'disk full' || disk.how !== undefined
}

function mayLose(name: FaultName, backend: ChaosOrder['backend']): number {
  const { mayLose, touches } = faults[name]
  if (mayLose === 'none') return 0
  // Without Postgres both workers may lose what they hold.
  return mayLose === 'in hand' ? inHand[backend] * (touches === 'postgres' ? 2 : 1) : mayLose
}

/** Answers what is wrong, if it does not settle in time. */
async function untilSettled(ledger: Ledger, deadlineMs: number): Promise<string[]> {
  const look = async () => ((await ledger.open()) === 0 ? true : undefined)
  return await until(look, deadlineMs, 'every message is decided').then(
    () => [],
    async () => [
      `not decided ${deadlineMs / 1000} s after the last fault: ${await ledger.open()}; ${await ledger.leftovers()}`,
    ],
  )
}

/** Somebody new links himself: whoever speaks to the bot after all that is answered. */
async function botIsAlive(screens: Screens): Promise<string[]> {
  return await linksHimself(screens, { ...someone(), chat: 9_000_001, phone: '+79039000001' }).then(
    () => [],
    (error: unknown) => [`the bot does not answer any more: ${String(error)}`],
  )
}

async function journalIsWhole(databaseUrl: string): Promise<string[]> {
  const { code, output } = await runProcess(['src/cli/main.ts', 'verify-journal'], testEnvironment(databaseUrl))
  return code === 0 ? [] : [`verify-journal ended with ${code}: ${output}`]
}

async function wholeJournal(api: Field['api']): Promise<Map<string, Json[]>> {
  const byEvent = new Map<string, Json[]>()
  for (let cursor = ''; ; ) {
    const { status, body } = await api('GET', `/journal?limit=500${cursor}`)
    if (status !== 200) throw new Error(`the journal answered ${status}`)
    for (const item of body.items) byEvent.set(item.eventId, [...(byEvent.get(item.eventId) ?? []), item])
    if (body.nextCursor === undefined) break
    cursor = `&cursor=${body.nextCursor}`
  }
  // The journal goes by ids, which are made by the clocks of the workers; `at` is by the one clock of the database.
  for (const lines of byEvent.values()) lines.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return byEvent
}

type Seen = { posted: Posted; struck: Struck; screens: Screens; ledger: Ledger }

function tellOften({ seed, backend, events, onProgress }: ChaosOrder, startedAt: number, seen: Seen): () => void {
  const tell = async () => {
    const open = await seen.ledger.open().catch(() => '?')
    const { length } = arrivalsOn(seen.screens)
    const struck = [...seen.struck.tally.values()].reduce((sum, each) => sum + each, 0)
    const s = Math.round((Date.now() - startedAt) / 1000)
    onProgress(
      `seed ${seed} ${backend} ${s} s: posted ${seen.posted.ids.size} of ${events}, on screens ${length}, faults ${struck}, undecided ${open}`,
    )
  }
  let isOver = false
  void (async () => {
    while (!isOver) {
      await tell()
      await pause(5_000, undefined, { ref: false })
    }
  })()
  return () => {
    isOver = true
  }
}
