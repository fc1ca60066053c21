import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { TelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { addColumnEverywhere } from '../support/next-version.ts'
import { testEnvironment } from '../support/service.ts'
import { linksHimself, patienceMs, waitForMessage } from '../support/story.ts'
import { until } from '../support/until.ts'
import { api, clientId, firstChat, type Load, startLoad, type Traffic } from './load.ts'
import { migrationsHere, type Older, root } from './older.ts'
import { type Program, runCommand, startProgram } from './program.ts'
import { isAllThere, judgeScreens, readLog, type Verdict } from './verdict.ts'

export type Roll = {
  older: Older
  telegram: TelegramEmulator
  databaseUrl: string
  queue: Record<string, string>
  /** How long each of the phases lasts, ms. */
  phaseMs: number
}

export type Outcome = Verdict & { warnings: string[]; traffic: Traffic; sent: Record<string, number> }

const clients = 40
/** As long as compose waits before it kills. */
const drainMs = 15_000
const lostAnswers = 3

/**
 * One rolling update: the older version works; the new one migrates under it, starts beside it; one worker of the older
 * version is killed, all else of it is asked to leave. Events come all the time.
 */
export async function roll({ older, telegram, databaseUrl, queue, phaseMs }: Roll): Promise<Outcome> {
  const environment = testEnvironment(databaseUrl, {
    ...queue,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
  })
  const start = (name: string, folder: string, roles: string) =>
    startProgram(name, folder, { ...environment, ROLES: roles })

  step('the older version starts')
  const oldApi = await start('old api', older.folder, 'api')
  const [victim, oldWorker] = await Promise.all([
    start('old worker, to be killed', older.folder, 'worker'),
    start('old worker', older.folder, 'worker,bot'),
  ])
  const olds = [oldApi, victim, oldWorker]
  await linkClients(telegram, oldApi.url)
  let doors = [oldApi.url]
  const load = startLoad(() => doors, clients)
  await pause(phaseMs)

  step('the new version migrates under it')
  const migratedAt = Date.now()
  const done = await runCommand(root, ['migrate'], environment)
  const count = done.split('\n').filter((line) => line.startsWith('migrated ')).length
  if (count !== migrationsHere().length - older.migrations) throw new Error(`unexpected migrations: ${done}`)
  step(`${count} migrations in ${Date.now() - migratedAt} ms with the start of the program; the old one works on`)
  // From a version with the same migrations: those that may come next.
  if (count === 0) step(`${await addColumnEverywhere(databaseUrl)} tables have got a column`)
  await pause(phaseMs)

  step('the new version starts beside it')
  const newApi = await start('new api', root, 'api')
  const newWorker = await start('new worker', root, 'worker,bot')
  doors = [oldApi.url, newApi.url]
  const before = sentBy(oldWorker)
  await linksHimself({ telegram }, { id: '', chat: 7_001, phone: '+79037777001' })
  telegram.faults.lostAnswer({ times: lostAnswers, textIncludes: '₽' })
  await pause(phaseMs)
  const complaints = sentBy(oldWorker) > before ? [] : ['the old worker sent nothing beside the new one']

  step('one old worker is killed')
  const inHand = await kill(victim)
  await pause(phaseMs)

  step('the rest of the old version is asked to leave, the worker first')
  for (const each of [oldWorker, oldApi]) complaints.push(...(await drain(each)))
  doors = [newApi.url]
  await linksHimself({ telegram }, { id: '', chat: 7_002, phone: '+79037777002' })
  await pause(phaseMs)

  step('the load ends')
  complaints.push(...(await settle(load, telegram)))
  complaints.push(...(await judgeJournal(newApi.url, load.traffic)))
  if (load.traffic.bare503[newApi.url] !== undefined) complaints.push('the new api answered 503 without Retry-After')
  const screens = judgeScreens(telegram, load.traffic, lostAnswers + inHand)
  const logs = [
    ...olds.map((each) => readLog(each, migratedAt)),
    ...[newApi, newWorker].map((each) => readLog(each, 0)),
  ]
  for (const each of [newWorker, newApi]) complaints.push(...(await drain(each)))
  return {
    ...screens,
    complaints: [
      ...screens.complaints,
      ...load.traffic.complaints,
      ...complaints,
      ...logs.flatMap(({ errors }) => errors),
    ],
    warnings: logs.flatMap(({ warnings }) => warnings),
    traffic: load.traffic,
    sent: Object.fromEntries([victim, oldWorker, newWorker].map((each) => [each.name, sentBy(each)])),
  }
}

async function linkClients(telegram: TelegramEmulator, door: string): Promise<void> {
  for (let chat = firstChat; chat < firstChat + clients; chat++) {
    telegram.person(chat).start()
    await api(door, 'PUT', `/clients/${clientId(chat)}`, {
      contacts: [{ channel: 'telegram', address: String(chat) }],
      consents: [{ purpose: 'service', granted: true, text: 'Согласие в анкете', at: new Date().toISOString() }],
    })
  }
  // Whoever starts the bot is answered: that is over before the load begins.
  await waitForMessage(telegram, { chat: firstChat + clients - 1 }, /./, patienceMs)
}

/** Kills it in the middle of its calls; answers how many it may have had in hand. */
async function kill(victim: Program): Promise<number> {
  victim.kill('SIGKILL')
  await victim.exited
  return workersCalls
}

/** Forty clients with one message a second each have no more calls than this under way. */
const workersCalls = clients

/** SIGTERM, as a container gets it: it leaves by itself, in time, with 0. */
async function drain(program: Program): Promise<string[]> {
  const askedAt = Date.now()
  program.kill('SIGTERM')
  const code = await program.exited
  const tookMs = Date.now() - askedAt
  step(`${program.name} left with ${code} after ${tookMs} ms`)
  const isForced = program.lines.some(({ text }) => text.includes('"forced":true'))
  return code === 0 && tookMs < drainMs && !isForced
    ? []
    : [`${program.name} left with ${code} after ${tookMs} ms${isForced ? ', by force' : ''}`]
}

async function settle(load: Load, telegram: TelegramEmulator): Promise<string[]> {
  await load.stop()
  // What the killed worker held is given up after its lease and repeated within half a minute.
  return await until(
    () => isAllThere(telegram, load.traffic),
    90_000,
    'everything that was answered 200 has come',
  ).then(
    () => [],
    (error: Error) => [error.message],
  )
}

/** Each event that was kept stands in the journal, and has come to its end. */
async function judgeJournal(door: string, traffic: Traffic): Promise<string[]> {
  const kept = [...traffic.accepted.values()].reduce((sum, each) => sum + each.length, 0)
  let states = new Map<string, number>()
  return await until(
    async () => {
      states = await statesIn(door)
      const total = [...states.values()].reduce((sum, each) => sum + each, 0)
      return total === kept && [...states.keys()].every((state) => state === 'sent')
    },
    30_000,
    'the journal is whole',
  ).then(
    () => [],
    () => [`of ${kept} events the journal has ${JSON.stringify(Object.fromEntries(states))}`],
  )
}

const journalPage = z.object({ items: z.array(z.object({ state: z.string() })), nextCursor: z.string().nullish() })

async function statesIn(door: string): Promise<Map<string, number>> {
  const states = new Map<string, number>()
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = journalPage.parse(await api(door, 'GET', `/journal?limit=1000${from}`))
    for (const { state } of page.items) states.set(state, (states.get(state) ?? 0) + 1)
    cursor = page.nextCursor ?? undefined
  }
  return states
}

function sentBy({ lines }: Program): number {
  return lines.filter(({ text }) => text.includes('"delivery.attempted"') && text.includes('"outcome":"sent"')).length
}

export function step(what: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`)
}
