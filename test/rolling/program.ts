import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { until } from '../support/until.ts'

/** A process of one of the two versions. */
export type Program = {
  name: string
  url: string
  lines: Line[]
  count(msg: string): number
  kill(signal: NodeJS.Signals): void
  exited: Promise<number | NodeJS.Signals | null>
}

/** What it wrote and when; `msg` of whatever is no line of the log is `not a log line`. */
export type Line = { at: number; level: 'fine' | 'warning' | 'error'; msg: string; text: string }

export async function startProgram(
  name: string,
  folder: string,
  environment: Record<string, string>,
): Promise<Program> {
  const { child, lines, exited } = run(folder, ['src/main.ts'], environment)
  const ready = await until(
    () => {
      if (child.exitCode !== null) throw new Error(`${name} exited at once: ${textOf(lines)}`)
      return lines.find(({ msg }) => msg === 'service.ready')
    },
    120_000,
    `${name} is ready`,
  )
  return {
    name,
    url: JSON.parse(ready.text).url,
    lines,
    count: (msg) => lines.filter((line) => line.msg === msg).length,
    kill: (signal) => void child.kill(signal),
    exited,
  }
}

/** Runs a command of that version to its end. */
export async function runCommand(folder: string, args: string[], environment: Record<string, string>): Promise<string> {
  const { lines, exited } = run(folder, ['src/cli/main.ts', ...args], environment)
  const code = await exited
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${textOf(lines)}`)
  return textOf(lines)
}

const running = new Set<() => Promise<unknown>>()

/** Whatever happens, nothing that was started here stays. */
export async function killAll(): Promise<void> {
  await Promise.all([...running].map((end) => end()))
}

function run(folder: string, args: string[], environment: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: Line[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (text) => void lines.push(lineOf(text)))
  // `close` and not `exit`: the last lines have been read.
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal)),
  )
  const end = async () => {
    child.kill('SIGKILL')
    await exited
  }
  running.add(end)
  void exited.then(() => running.delete(end))
  return { child, lines, exited }
}

const levels: Record<string, Line['level']> = { debug: 'fine', info: 'fine', warn: 'warning' }

function lineOf(text: string): Line {
  const at = Date.now()
  try {
    const { level, msg } = JSON.parse(text)
    return { at, level: levels[level] ?? 'error', msg: String(msg), text }
  } catch {
    return { at, level: 'error', msg: 'not a log line', text }
  }
}

function textOf(lines: readonly Line[]): string {
  return lines.map(({ text }) => text).join('\n')
}
