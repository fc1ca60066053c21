import { parseArgs } from 'node:util'
import { buildTests } from '../build.ts'
import { hasRedis } from '../support/redis.ts'
import { type ChaosOrder, type ChaosResult, chaos } from './chaos.ts'
import { type FaultName, faultNames } from './faults.ts'

const help = `npm run test:chaos [-- OPTIONS]

The service in four processes while everything under it breaks: processes killed, frozen and with wrong clocks, Postgres and
Redis ended and emptied, messengers cut off, the disk full. The verdict comes from outside: what 1C was answered 200 against
what stands on the screens of the clients. Ends with 0 when nothing is wrong, with 1 otherwise.

  --events N           events of a run; 10000
  --seed N             decides the events, the faults and their order; 1
  --seeds N            so many runs, with the seeds that follow; 1
  --backend NAME       where the queue is: postgres, redis or both; both where there is a redis-server
  --pace N             events a second; 100
  --faults NAME,NAME   only these: ${faultNames.join(', ')}
`
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    backend: { type: 'string', default: hasRedis() ? 'both' : 'postgres' },
    pace: { type: 'string', default: '100' },
    faults: { type: 'string', default: faultNames.join(',') },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(help)
  process.exit(0)
}
const backends = backendsOf(values.backend)
const runs = Array.from({ length: numberOf('seeds') }, (_, index) => numberOf('seed') + index).flatMap((seed) =>
  backends.map((backend) => ({ seed, backend })),
)
const built = await buildTests([])
process.env['TEST_BUILD'] = built.folder
const stack: (() => Promise<void>)[] = [built.remove]
const stopAll = async () => {
  for (let next = stack.pop(); next; next = stack.pop()) await next().catch(() => {})
}
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(1)))

let bad = 0
const table: Record<string, string | number>[] = []
try {
  for (const { seed, backend } of runs) {
    const depth = stack.length
    const order: ChaosOrder = {
      seed,
      backend,
      events: numberOf('events'),
      pace: numberOf('pace'),
      faults: namedFaults(values.faults),
      onProgress: (line) => process.stderr.write(`${line}\n`),
    }
    const result = await chaos({ after: (work) => void stack.push(work) }, order)
    while (stack.length > depth) await stack.pop()?.()
    bad += result.complaints.length
    tell(order, result)
    table.push(lineOf(order, result))
  }
  console.table(table)
} finally {
  await stopAll()
}
console.log(bad === 0 ? 'Nothing is wrong.' : `${bad} things are wrong.`)
process.exit(bad === 0 ? 0 : 1)

function backendsOf(text: string): ChaosOrder['backend'][] {
  if (text === 'both') return ['postgres', 'redis']
  if (text === 'postgres' || text === 'redis') return [text]
  throw new Error(`--backend: expected postgres, redis or both, not ${text}`)
}

function namedFaults(text: string): FaultName[] {
  return text.split(',').map((part) => {
    const found = faultNames.find((name) => name === part.trim())
    if (found === undefined) throw new Error(`--faults: there is no ${part}`)
    return found
  })
}

function numberOf(name: 'events' | 'seed' | 'seeds' | 'pace'): number {
  const number = Number(values[name])
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${name}: expected a whole number, not ${values[name]}`)
  return number
}

function tell({ seed, backend }: ChaosOrder, result: ChaosResult): void {
  console.log(`\nseed ${seed}, queue in ${backend === 'redis' ? 'Redis' : 'Postgres'}`)
  const shown = (tally: ReadonlyMap<string, number>) => [...tally].map(([name, times]) => `${name} ${times}`).join(', ')
  console.log(`faults: ${shown(result.faults)}`)
  console.log(`answers to the senders: ${shown(result.answers)}`)
  console.log(`a full disk was: ${result.disk ?? 'not possible here, left out'}`)
  for (const [line, times] of result.log) console.log(`log: ${times} × ${line}`)
  for (const each of result.complaints) console.log(`BAD  ${each}`)
}

function lineOf({ seed, backend }: ChaosOrder, result: ChaosResult): Record<string, string | number> {
  return {
    seed,
    queue: backend,
    events: result.posted,
    faults: [...result.faults.values()].reduce((sum, each) => sum + each, 0),
    lost: result.lost,
    'out of order': result.outOfOrder,
    'unmarked repeats': result.unmarkedRepeats,
    'wrong person': result.toTheWrongPerson,
    'marked repeats': `${result.markedRepeats} (≤ ${result.mayRepeat})`,
    'unknown (unseen)': `${result.unknown} (${result.unknownUnseen})`,
    'settled after, s': Math.round(result.settledMs / 1000),
    'took, s': Math.round(result.tookMs / 1000),
    verdict: result.complaints.length === 0 ? 'right' : 'WRONG',
  }
}
