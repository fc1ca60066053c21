import { spawn, spawnSync } from 'node:child_process'
import { startRedis } from '../test/support/redis.ts'
import { root, type Started, startService } from './processes.ts'

export const adminKey = 'bench-admin-key'
export const senderKey = 'bench-sender-key'

/** What a benchmark has started, ended in the opposite order; whoever stops the benchmark stops it too. */
export const stack: (() => Promise<void>)[] = []

export async function stopAll(): Promise<void> {
  for (let next = stack.pop(); next; next = stack.pop()) await next()
}

export function step(what: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`)
}

/** What the container runs is measured, not the sources. */
export function build(): void {
  step('building dist')
  const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
  if (built.status !== 0) throw new Error('npm run build failed')
}

export type Messenger = { apiRoot: string; token: string; stop(): Promise<void> }

/** An emulated Telegram that answers after 5 ms. It is no part of what is measured, so it takes none of its turns. */
export async function startMessenger(): Promise<Messenger> {
  const args = ['--import', 'tsx', 'src/sandbox/telegram/main.ts', '--port', '0', '--latency', '5']
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve)
    child.once('exit', (code) => reject(new Error(`the emulator exited with ${code}`)))
  })
  const { apiRoot, token } = JSON.parse(line) as { apiRoot: string; token: string }
  return {
    apiRoot,
    token,
    stop: async () => {
      child.kill('SIGTERM')
      await gone
    },
  }
}

export type OurOrder = {
  databaseUrl: string
  telegram: Pick<Messenger, 'apiRoot' | 'token'>
  withRedis: boolean
  /** Sends a second of the bot. */
  perSecond: number
}

/** vestnik with all roles in one process; BENCH_NODE_ARGS (--cpu-prof) are V8's flags and profilers for whoever looks for a cause. */
export async function startOurs({ databaseUrl, telegram, withRedis, perSecond }: OurOrder): Promise<Started> {
  const redis = withRedis ? await startRedis({ after: (work) => void stack.push(work) }) : undefined
  const service = await startService([...(process.env['BENCH_NODE_ARGS']?.split(' ') ?? []), 'dist/main.js'], {
    DATABASE_URL: databaseUrl,
    ...(redis && { REDIS_URL: redis.url }),
    ENCRYPTION_KEYS: `b1:${Buffer.alloc(32, 1).toString('base64')}`,
    ADMIN_API_KEY: adminKey,
    WEBHOOK_1C_KEY: senderKey,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    TELEGRAM_RATE_PER_SECOND: String(perSecond),
  })
  service.child.stdout?.resume()
  return service
}

export type Arrived = { chatId: string; text: string; at: string }

/** Messages that people received, from the one numbered `since` on. */
export async function received({ apiRoot }: Messenger, since: number): Promise<{ items: Arrived[]; next: number }> {
  const answer = await fetch(`${apiRoot}/emulator/received?since=${since}`)
  return (await answer.json()) as { items: Arrived[]; next: number }
}

/** People who have opened the bot; it hears nothing of it, else it would greet each of them in the middle of a measurement. */
export async function introduce({ apiRoot, token }: Messenger, count: number, firstChat: number): Promise<void> {
  await eachOf(count, (index) => call(`${apiRoot}/emulator/persons/${firstChat + index}/start`, 'POST', '', {}))
  await call(`${apiRoot}/bot${token}/getUpdates`, 'POST', '', { offset: 2 ** 31 - 1, timeout: 0 })
}

/** Many at a time; says from time to time how far it is. */
export async function eachOf(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      while (next < count) {
        const index = next++
        if (index > 0 && index % 5_000 === 0) step(`${index} of ${count}`)
        await work(index)
      }
    }),
  )
}

/** Clients `name`-0, -1, … with a chat and a consent each. */
export async function putClients(url: string, name: string, count: number, firstChat: number): Promise<void> {
  await eachOf(count, (index) =>
    call(`${url}/api/v1/clients/${name}-${index}`, 'PUT', adminKey, {
      contacts: [{ channel: 'telegram', address: String(firstChat + index) }],
      consents: [{ purpose: 'service', granted: true, at: new Date().toISOString() }],
    }),
  )
}

/** @throws when the answer is not 200. */
export async function call(url: string, method: string, key: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method,
    headers: { ...(key === '' ? {} : { authorization: `Bearer ${key}` }), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${method} ${url} answered ${answer.status}: ${text.slice(0, 200)}`)
}
