import { pino } from 'pino'
import { readConfig } from '../../src/config.ts'
import { startTelegramEmulator, type TelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { type Running, start } from '../../src/service.ts'
import { type Cleanup, cleanup } from './cleanup.ts'
import { documentedInRun } from './document.ts'
import { testDatabase } from './postgres.ts'

export type { Cleanup } from './cleanup.ts'

export const adminKey = 'test-admin-key-0123456789'
export const senderKey = 'test-1c-key-0123456789'
export const encryptionKey = `t1:${Buffer.alloc(32, 7).toString('base64')}`

export type TestService = Running & {
  telegram: TelegramEmulator
  logLines: string[]
  post(body: unknown, headers?: Record<string, string>): Promise<{ status: number; body: Json; headers: Headers }>
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }>
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
export type Json = any

export function testEnvironment(databaseUrl: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    PORT: '0',
    LOG_LEVEL: 'info',
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: encryptionKey,
    ADMIN_API_KEY: adminKey,
    DASHBOARD_PASSWORD: 'test-password',
    WEBHOOK_1C_KEY: senderKey,
    TELEGRAM_RATE_PER_SECOND: '1000',
    ...more,
  }
}

/** The whole service in this process, on a database of its own, with an emulated Telegram. */
export async function startService(t: Cleanup, more: Record<string, string> = {}): Promise<TestService> {
  const databaseUrl = more['DATABASE_URL'] ?? (await testDatabase(t))
  const telegram = await startTelegramEmulator()
  cleanup(t, () => telegram.close())
  const logLines: string[] = []
  const log = pino(
    { level: 'debug', base: null },
    {
      write: (line: string) => {
        logLines.push(line)
        if (process.env['TEST_LOG'] === '1') process.stderr.write(line)
      },
    },
  )
  const environment = testEnvironment(databaseUrl, {
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    ...more,
  })
  const running = await start(readConfig(environment), log)
  cleanup(t, () => running.stop())
  return { ...running, telegram, logLines, ...clientOf(running.url) }
}

/** Speaks to a service as 1C and as a machine do; each answer has to be one that /openapi.json promises. */
export function clientOf(url: string): Pick<TestService, 'post' | 'api'> {
  return {
    post: async (body, headers = {}) => {
      const raw = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
      const answer = await fetch(`${url}/webhooks/1c`, {
        method: 'POST',
        headers: { authorization: `Bearer ${senderKey}`, 'content-type': 'application/json', ...headers },
        body: raw,
      })
      const known: Json = await answer.json()
      await checkAnswer(url, 'POST', '/webhooks/1c', answer.status, known)
      return { status: answer.status, body: known, headers: answer.headers }
    },
    api: async (method, path, body) => {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${adminKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const known: Json = await answer.json()
      await checkAnswer(url, method, `/api/v1${path}`, answer.status, known)
      return { status: answer.status, body: known }
    },
  }
}

async function checkAnswer(url: string, method: string, path: string, status: number, body: unknown): Promise<void> {
  const documented = await documentedInRun(url)
  documented?.checkAnswer({ method, path, status, body })
}
