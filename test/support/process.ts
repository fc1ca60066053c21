import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Cleanup, cleanup } from './cleanup.ts'
import { until } from './until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export type TestProcess = {
  pid: number
  url: string
  lines: string[]
  kill(signal: NodeJS.Signals): void
  /** The exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals | null>
}

/** The service as a process of its own, as `npm start` runs it; ends with the test. */
export async function startProcess(t: Cleanup, environment: Record<string, string>): Promise<TestProcess> {
  const child = spawnNode(['src/main.ts'], environment)
  const lines: string[] = []
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  )
  collect(child, lines)
  cleanup(t, async () => {
    child.kill('SIGKILL')
    await exited
  })
  const ready = await until(
    () => {
      if (child.exitCode !== null) throw new Error(`exited at once: ${lines.join('\n')}`)
      return lines.find((line) => line.includes('"service.ready"'))
    },
    30_000,
    'the process is ready',
  )
  const { url } = JSON.parse(ready) as { url: string }
  return { pid: child.pid ?? 0, url, lines, kill: (signal) => void child.kill(signal), exited }
}

/** Runs to its end; answers the exit code and what it wrote. */
export async function runProcess(
  args: string[],
  environment: Record<string, string>,
  deadlineMs = 60_000,
  cwd = root,
): Promise<{ code: number | null; output: string }> {
  const child = spawnNode(args, environment, cwd)
  const lines: string[] = []
  collect(child, lines)
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  return { code, output: lines.join('\n') }
}

function spawnNode(args: string[], environment: Record<string, string>, cwd = root): ChildProcess {
  const [program = '', ...rest] = args
  return spawn(process.execPath, [builtOf(program), ...rest], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** The JavaScript of a program of ours, as test/run.ts had it made. */
export function builtOf(source: string): string {
  const folder = process.env['TEST_BUILD']
  if (folder === undefined) throw new Error('run tests by `npm test` or `npm run test:one FILE`: they build them')
  return join(folder, source.replace(/\.ts$/, '.js'))
}

function collect(child: ChildProcess, lines: string[]): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts)
    })
    stream?.on('end', () => {
      if (rest !== '') lines.push(rest)
    })
  }
}
