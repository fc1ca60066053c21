import { setTimeout as pause } from 'node:timers/promises'
import type { Line } from '../support/line.ts'
import type { TestRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'
import type { Disk } from './disk.ts'
import type { KeptPostgres } from './postgres.ts'
import type { KeptProcess } from './processes.ts'
import type { Screens } from './town.ts'

export type Battlefield = {
  process(name: string): KeptProcess
  postgres: KeptPostgres
  redis: TestRedis | undefined
  disk: Disk
  screens: Screens
  lines: { telegram: Line; max: Line }
}

export type Fault = {
  /** Two faults of one thing do not meet. */
  touches: 'api' | 'worker-1' | 'worker-2' | 'bot' | 'postgres' | 'redis' | 'telegram' | 'max'
  /** Calls whose answer may be lost by it: each of them may come a second time, marked. */
  mayLose: 'none' | 'in hand' | number
  strike(field: Battlefield, chance: () => number): Promise<void>
}

/** Longer than a job's lock (16 s) and a delivery's lease (15 s): others take over what the frozen one held. */
const longerThanLocksMs = 18_000

const killed = (name: Fault['touches'], mayLose: Fault['mayLose']): Fault => ({
  touches: name,
  mayLose,
  strike: ({ process }) => killAndWait(process(name)),
})

/** Until it is back: a process that is killed each time before it is ready would prove nothing. */
async function killAndWait(process: KeptProcess): Promise<void> {
  process.kill()
  await until(() => !process.isReady(), 10_000, `${process.name} is gone`)
  await until(() => process.isReady(), 120_000, `${process.name} is ready again`)
}

const wrongClock = (name: 'worker-1' | 'worker-2'): Fault => ({
  touches: name,
  mayLose: 'in hand',
  strike: async ({ process }, chance) => {
    const hours = [-2, 0, 2].filter((each) => each * 3_600_000 !== process(name).clockMs())
    process(name).setClock((hours[Math.floor(chance() * hours.length)] ?? 0) * 3_600_000)
    await killAndWait(process(name))
  },
})

const frozen = (name: 'worker-1' | 'worker-2', ms: (chance: number) => number): Fault => ({
  touches: name,
  mayLose: 'in hand',
  strike: ({ process }, chance) => process(name).freeze(ms(chance())),
})

const crashed = (signal: 'SIGQUIT' | 'SIGKILL'): Fault => ({
  touches: 'postgres',
  mayLose: 'in hand',
  strike: ({ postgres }, chance) => postgres.crash(signal, chance() * 3_000),
})

const cut = (name: 'telegram' | 'max'): Fault => ({
  touches: name,
  mayLose: 'in hand',
  strike: async ({ lines }, chance) => {
    await lines[name].cut()
    await pause(500 + chance() * 3_000)
    await lines[name].mend()
  },
})

const hanging = (name: 'telegram' | 'max'): Fault => ({
  touches: name,
  mayLose: 'in hand',
  strike: async ({ lines }, chance) => {
    lines[name].freeze()
    await pause(1_000 + chance() * 11_000)
    await lines[name].mend()
  },
})

const times = 4
const answersLost = (name: 'telegram' | 'max'): Fault => ({
  touches: name,
  mayLose: 2 * times,
  strike: async ({ screens }) => {
    const { faults } = screens[name]
    const money = { textIncludes: '₽', times }
    faults.lostAnswer(money)
    faults.dropped({ ...money, times: 2 })
    faults.garbage(200, money)
    faults.slow(700, money)
    faults.limit(1, { textIncludes: '₽' })
    await pause(1_000)
  },
})

export const faults = {
  'api killed': killed('api', 'none'),
  'worker 1 killed': killed('worker-1', 'in hand'),
  'worker 2 killed': killed('worker-2', 'in hand'),
  'bot killed': killed('bot', 'none'),
  'clock of worker 1': wrongClock('worker-1'),
  'clock of worker 2': wrongClock('worker-2'),
  'worker 1 frozen for long': frozen('worker-1', () => longerThanLocksMs),
  'worker 2 frozen': frozen('worker-2', (chance) => 500 + chance * 6_000),
  'Postgres stopped at once': crashed('SIGQUIT'),
  'Postgres killed': crashed('SIGKILL'),
  'Redis emptied': {
    touches: 'redis',
    mayLose: 'none',
    strike: async ({ redis }) => {
      await redis?.flush()
    },
  },
  'Redis killed': {
    touches: 'redis',
    mayLose: 'none',
    strike: async ({ redis }, chance) => {
      await redis?.stop()
      await pause(chance() * 3_000)
      await redis?.start()
    },
  },
  'Telegram refuses': cut('telegram'),
  'MAX refuses': cut('max'),
  'Telegram hangs': hanging('telegram'),
  'MAX hangs': hanging('max'),
  'answers of Telegram lost': answersLost('telegram'),
  'answers of MAX lost': answersLost('max'),
  'disk full': {
    touches: 'postgres',
    mayLose: 'in hand',
    strike: async ({ disk }, chance) => {
      await disk.fill()
      await pause(2_000 + chance() * 3_000)
      await disk.free()
    },
  },
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof faults

export const faultNames = Object.keys(faults) as FaultName[]
