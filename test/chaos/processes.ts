import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Cleanup, cleanup } from '../support/cleanup.ts'
import { builtOf } from '../support/process.ts'
import { until } from '../support/until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export type KeptProcess = {
  name: string
  kill(): void
  /** Stands still for so long, then goes on; if it is killed meanwhile, that is all. */
  freeze(ms: number): Promise<void>
  /** From its next start on its clock is wrong by so much. */
  setClock(offMs: number): void
  clockMs(): number
  isReady(): boolean
  starts: number
}

export type Processes = {
  of: ReadonlyMap<string, KeptProcess>
  untilReady(deadlineMs: number): Promise<void>
  /** Lines of the log that name a bug or an error, counted. */
  complaints: Map<string, number>
}

/** The processes of the service, each started again half a second after its end, as a supervisor does. */
export async function keepProcesses(
  t: Cleanup,
  environments: Record<string, Record<string, string>>,
): Promise<Processes> {
  const complaints = new Map<string, number>()
  const of = new Map(
    Object.entries(environments).map(([name, environment]) => [
      name,
      keepProcess(t, name, environment, (line) => count(complaints, line)),
    ]),
  )
  const untilReady = (deadlineMs: number) =>
    until(() => [...of.values()].every((each) => each.isReady()), deadlineMs, 'every process is ready').then(() => {})
  await untilReady(60_000)
  return { of, untilReady, complaints }
}

function keepProcess(
  t: Cleanup,
  name: string,
  environment: Record<string, string>,
  onLine: (line: string) => void,
): KeptProcess {
  let child: ChildProcess | undefined
  let isReady = false
  let isClosing = false
  let offMs = 0
  const start = () => {
    const clock = offMs === 0 ? [] : ['--import', builtOf('test/chaos/clock.ts')]
    const started = spawn(process.execPath, [...clock, builtOf('src/main.ts')], {
      cwd: root,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '/',
        CHAOS_CLOCK_MS: String(offMs),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    kept.starts += 1
    for (const stream of [started.stdout, started.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (line.includes('"service.ready"') && child === started) isReady = true
        if (process.env['TEST_LOG'] === '1') process.stderr.write(`${name} ${line}\n`)
        onLine(line)
      })
    }
    started.once('exit', () => {
      isReady = false
      if (!isClosing) setTimeout(() => !isClosing && start(), 500)
    })
  }
  const kept: KeptProcess = {
    name,
    starts: 0,
    isReady: () => isReady,
    kill: () => void child?.kill('SIGKILL'),
    freeze: async (ms) => {
      const frozen = child
      frozen?.kill('SIGSTOP')
      await new Promise((resolve) => setTimeout(resolve, ms))
      frozen?.kill('SIGCONT')
    },
    setClock: (ms) => {
      offMs = ms
    },
    clockMs: () => offMs,
  }
  start()
  cleanup(t, async () => {
    isClosing = true
    const last = child
    if (last === undefined || last.exitCode !== null || last.signalCode !== null) return
    const gone = new Promise((resolve) => last.once('exit', resolve))
    last.kill('SIGKILL')
    await gone
  })
  return kept
}

function count(complaints: Map<string, number>, line: string): void {
  if (!/"level":"(error|fatal)"/.test(line)) {
    // What a process says when it cannot start, and a stack of Node itself.
    if (/^(vestnik cannot start|[A-Za-z]*Error\b)/.test(line)) add(complaints, line.slice(0, 160))
    return
  }
  const { msg, fault, code, status } = JSON.parse(line) as Record<string, unknown>
  add(complaints, [msg, fault, code, status].filter((each) => each !== undefined).join(' '))
}

function add(tally: Map<string, number>, name: string): void {
  tally.set(name, (tally.get(name) ?? 0) + 1)
}
