import { pino } from 'pino'
import type { Config } from '../config.ts'
import { openServices, type Services } from '../services.ts'
import { withDatabaseUrl } from './database.ts'
import { masterKeys } from './keys.ts'

/** What the service works with, for one command: it plans and sends nothing by itself. */
export async function withServices<T>(config: Config, work: (services: Services) => Promise<T>): Promise<T> {
  return await withDatabaseUrl(config, async (url) => {
    const whole = { ...config, DATABASE_URL: url, ENCRYPTION_KEYS: await masterKeys(config) }
    const services = await openServices(whole, pino({ level: 'silent' }))
    try {
      return await work(services)
    } finally {
      await services.close()
    }
  })
}
