import { setMaxListeners } from 'node:events'
import type { FastifyPluginAsync } from 'fastify'
import type { Logger } from 'pino'
import { askerOf } from './api/audited.ts'
import { scopes } from './api/route.ts'
import { type ApiNeeds, apiRoutes, apiRouteTable } from './api/routes.ts'
import { doorRoutes } from './bot/doors.ts'
import type { Updates } from './bot/receive.ts'
import { tapRoutes } from './bot/taps.ts'
import { openUpdates, startBots } from './bots.ts'
import { createEntrances } from './channels/entrances.ts'
import type { Config } from './config.ts'
import { ensureFirstAdmin } from './dashboard/access.ts'
import type { Desk } from './dashboard/desk.ts'
import { dashboardRoutes } from './dashboard/routes.ts'
import { docsRoutes } from './docs/routes.ts'
import { createBranchZones } from './events/branches.ts'
import { createReceive, type Receive } from './events/receive.ts'
import { createApp } from './http/app.ts'
import { type Dependency, healthRoutes } from './http/health.ts'
import { landingRoutes } from './landing/routes.ts'
import { faultOf } from './lib/fault.ts'
import { journalSheet } from './notifications/export/journal-sheet.ts'
import { forbiddenChannels } from './notifications/policy.ts'
import { treatmentOf } from './notifications/treatment.ts'
import { keepNumbers } from './numbers.ts'
import { openServices, type Services } from './services.ts'
import { startSweep } from './sweep.ts'
import { watchWays } from './ways.ts'
import { createProfiles } from './webhooks/profiles.ts'
import { webhookRoutes } from './webhooks/routes.ts'
import { createSettings } from './webhooks/settings.ts'
import { approvedVariablesOf, readWording } from './wording.ts'
import { catchUpIn, noteQueueTrouble, policyOf, startOutgoing, startWorkers } from './workers.ts'

export type Running = { url: string; services: Services; stop(): Promise<void> }

/** The service: opens everything, serves, works; `stop` finishes what is in hand and closes. */
export async function start(config: Config, log: Logger): Promise<Running> {
  const services = await openServices(config, log)
  const stopping = new AbortController()
  // Every job that waits for its turn listens: that is no leak.
  setMaxListeners(0, stopping.signal)
  try {
    const receive = receiveOf(services)
    const updates = openUpdates(services)
    const app = await createApp({
      log,
      metrics: services.metrics,
      routes: routesOf(services, receive, updates, stopping.signal),
    })
    if (config.ROLES.includes('api')) {
      await ensureFirstAdmin({ db: services.db, log }, services.secrets.dashboardPassword)
    }
    const url = await app.listen({ host: config.HOST, port: config.PORT })
    const loops = watchWays(services, stopping.signal)
    if (config.ROLES.includes('worker')) {
      startWorkers(services, stopping.signal)
      loops.push(
        startSweep(services, updates, stopping.signal),
        startOutgoing(services, stopping.signal),
        keepNumbers(services, stopping.signal),
      )
    }
    if (config.ROLES.includes('bot')) loops.push(...startBots(services, updates, stopping.signal))
    log.info({
      msg: 'service.ready',
      url,
      roles: config.ROLES,
      queue: services.queue.kind,
      channels: [...services.channels.keys()],
      sendMode: config.SEND_MODE,
    })
    const stop = once(async () => {
      stopping.abort()
      await app.close()
      await services.queue.stopWorkers()
      await Promise.all(loops)
      await updates.idle()
      await receive.idle()
      await services.close()
    })
    return { url, services, stop }
  } catch (error) {
    await services.close()
    throw error
  }
}

export function receiveOf(services: Services): Receive {
  const { db, vault, queue } = services
  return createReceive({ db, vault, queue, onQueueTrouble: (error) => noteQueueTrouble(services, error) })
}

function routesOf(services: Services, receive: Receive, updates: Updates, stopping: AbortSignal): FastifyPluginAsync[] {
  const { config, metrics } = services
  const health: FastifyPluginAsync = async (app) =>
    healthRoutes(app, { dependencies: dependenciesOf(services), metrics, isClosing: () => stopping.aborted })
  if (!config.ROLES.includes('api')) return [health]
  const intake = intakeOf(services)
  const webhooks: FastifyPluginAsync = async (app) =>
    webhookRoutes(app, {
      ...intake,
      receive,
      onEvents: (source, results) => {
        for (const { status } of results) metrics.events.inc({ source, status })
      },
    })
  const doors: FastifyPluginAsync = async (app) =>
    doorRoutes(app, {
      channels: services.channels,
      updates,
      onIgnored: (channel) => metrics.updates.inc({ channel, kind: 'ignored' }),
    })
  const landing: FastifyPluginAsync = async (app) =>
    landingRoutes(app, { entrances: entrancesOf(services), companyName: config.COMPANY_NAME })
  const taps: FastifyPluginAsync = async (app) =>
    tapRoutes(app, { db: services.db, vault: services.vault, onTap: (result) => metrics.taps.inc({ result }) })
  const apiNeeds = apiNeedsOf(services, receive, intake)
  const api: FastifyPluginAsync = (app) => apiRoutes(app, apiNeeds)
  const docs: FastifyPluginAsync = (app) =>
    docsRoutes(app, { api: apiRouteTable(apiNeeds), publicUrl: config.PUBLIC_URL })
  const dashboard: FastifyPluginAsync = (app) => dashboardRoutes(app, deskOf(services, apiNeeds))
  return [health, webhooks, doors, landing, taps, api, docs, dashboard]
}

/** The ways into the chats of the messengers that are on. */
function entrancesOf(services: Services) {
  return createEntrances({
    channels: services.channels,
    order: services.config.CHANNEL_ORDER,
    forbidden: forbiddenChannels(policyOf(services), 'service'),
  })
}

type IntakeOfService = ReturnType<typeof intakeOf>

export function intakeOf({ config, db }: Services) {
  const senders = {
    '1c': { key: config.WEBHOOK_1C_KEY, secret: config.WEBHOOK_1C_SECRET },
    vtorium: { key: config.WEBHOOK_VTORIUM_KEY, secret: config.WEBHOOK_VTORIUM_SECRET },
  }
  return { db, senders, profiles: createProfiles(db), branchZones: createBranchZones(db), timezone: config.TIMEZONE }
}

export function apiNeedsOf(services: Services, receive: Receive, intake: IntakeOfService): ApiNeeds {
  const { config, db, vault, secrets } = services
  return {
    db,
    vault,
    senders: intake.senders,
    receive,
    webhookTargets: config.OUTGOING_WEBHOOKS,
    queue: services.queue,
    looks: services.looks,
    adminKey: secrets.adminKey,
    sources: createSettings(intake),
    branchZones: intake.branchZones,
    branchBrands: services.branchBrands,
    branchRules: services.branchRules,
    policy: policyOf(services),
    handlingOf: treatmentOf,
    wording: (change) => readWording(services, change),
    approvedVariables: (type) => approvedVariablesOf(config, type),
    publicUrl: config.PUBLIC_URL,
    companyName: config.COMPANY_NAME,
    entrances: entrancesOf(services),
    linkDays: config.LINK_DAYS,
    catchUp: catchUpIn(services),
    onQueueTrouble: (error) => noteQueueTrouble(services, error),
    onAuditTrouble: (error) => noteAuditTrouble(services, error),
    channels: services.channels,
  }
}

/** What the pages need of the API, handed over: they are neighbours and do not know each other. */
export function deskOf(services: Services, apiNeeds: ApiNeeds): Desk {
  const { onAuditTrouble } = apiNeeds
  return {
    ...apiNeeds,
    log: services.log,
    companyName: services.config.COMPANY_NAME,
    ask: askerOf(apiNeeds, apiRouteTable(apiNeeds)),
    scopes: Object.entries(scopes).map(([value, title]) => ({ value, title })),
    journalSheet: (order) => journalSheet({ ...apiNeeds, onTrouble: onAuditTrouble }, order),
  }
}

/** What was done is done; that nobody can read of it later has to be seen at once. */
function noteAuditTrouble({ log }: Services, error: unknown): void {
  log.error({ msg: 'audit.lost', ...faultOf(error) })
}

function dependenciesOf({ db, queue, channels }: Services): Dependency[] {
  return [
    {
      name: 'postgres',
      isEssential: true,
      check: async () => {
        await db.ping()
        return { ok: true, detail: 'answers' }
      },
    },
    {
      // Without the queue events are still kept, and leave when it is back.
      name: `queue (${queue.kind})`,
      isEssential: false,
      check: async () => {
        await queue.ping()
        return { ok: true, detail: 'answers' }
      },
    },
    ...[...channels.values()].map((channel) => ({
      name: channel.name,
      isEssential: false,
      check: () => channel.probe(),
    })),
  ]
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => (running ??= work())
}
