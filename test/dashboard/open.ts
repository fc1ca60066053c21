import { pino } from 'pino'
import type { Client } from '../../src/clients/client.ts'
import { resolveClients } from '../../src/clients/resolve.ts'
import { readConfig } from '../../src/config.ts'
import { ensureFirstAdmin } from '../../src/dashboard/access.ts'
import type { Desk } from '../../src/dashboard/desk.ts'
import { dashboardRoutes } from '../../src/dashboard/routes.ts'
import { createApp } from '../../src/http/app.ts'
import type { Policy } from '../../src/notifications/policy.ts'
import { apiNeedsOf, deskOf, intakeOf, receiveOf } from '../../src/service.ts'
import { openServices, type Services } from '../../src/services.ts'
import { policyOf } from '../../src/workers.ts'
import { testDatabase } from '../support/postgres.ts'
import { testEnvironment } from '../support/service.ts'
import { type Visitor, visitorOf } from './visitor.ts'

type Cleanup = { after(work: () => Promise<void>): void }

export const password = 'test-password'

export type TestDashboard = {
  url: string
  services: Services
  logLines: string[]
  desk: Desk
  visitor(): Visitor
  /** A visitor who has logged in. */
  operator(): Promise<Visitor>
}

/** The dashboard alone, on a database of its own: nothing is sent, so the journal holds what the test has put there. */
export async function openDashboard(t: Cleanup, policy: Partial<Policy> = {}): Promise<TestDashboard> {
  const logLines: string[] = []
  const log = pino({ level: 'debug', base: null }, { write: (line: string) => void logLines.push(line) })
  const services = await openServices(readConfig(testEnvironment(await testDatabase(t))), log)
  t.after(() => services.close())
  await ensureFirstAdmin(services, password)
  const rules: Policy = { ...policyOf(services), channelsOn: ['telegram'], ...policy }
  const apiNeeds = { ...apiNeedsOf(services, receiveOf(services), intakeOf(services)), policy: rules }
  const desk = { ...deskOf(services, apiNeeds), companyName: 'МеталлПром' }
  const app = await createApp({
    log,
    metrics: services.metrics,
    routes: [async (scope) => dashboardRoutes(scope, { ...desk, policy: rules, companyName: 'МеталлПром' })],
  })
  t.after(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const visitor = () => visitorOf(url)
  return { url, services, logLines, desk, visitor, operator: async () => await loggedIn(visitor()) }
}

async function loggedIn(visitor: Visitor): Promise<Visitor> {
  const answer = await visitor.post('/login', { username: 'admin', password })
  if (answer.status !== 303) throw new Error(`not logged in: ${answer.status} ${answer.text}`)
  return visitor
}

export type ClientSeed = { externalId?: string; phone?: string; fullName?: string; branchCode?: string }

export async function makeClient({ services }: TestDashboard, seed: ClientSeed): Promise<Client> {
  const [client] = await services.db.transaction((db) => resolveClients({ db, vault: services.vault }, [seed]))
  if (!client) throw new Error('no client was made')
  return client
}
