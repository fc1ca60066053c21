import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { settleClock } from './changes/store.ts'
import { type Channel, type ChannelName, channelNames } from './channels/channel.ts'
import { sandboxChannel } from './channels/sandbox/channel.ts'
import { processName } from './clients/rewrap/store.ts'
import { createVault, type Vault } from './clients/vault.ts'
import { type Config, ConfigError, encryptionKeys } from './config.ts'
import { type Database, isUnavailable, openDatabase, openPool } from './db/database.ts'
import { migrate } from './db/migrate.ts'
import { databaseSecret } from './db/secrets.ts'
import { deliveryQueues } from './deliveries/jobs.ts'
import { type BranchBrands, createBranchBrands } from './events/branches.ts'
import { planQueues } from './events/jobs.ts'
import { type BranchRulesReader, createBranchRules } from './events/remembered-rules.ts'
import { createMetrics, type Metrics } from './http/metrics.ts'
import { createLooks, type Looks } from './journal/looks.ts'
import { createKeyring, type MasterKey } from './lib/crypto.ts'
import { faultOf } from './lib/fault.ts'
import { messengers } from './messengers.ts'
import { openPostgresQueue, openRedisQueue, type QueueSystem } from './queue/queue.ts'

/** Everything the parts are made of; opened once a process. */
export type Services = {
  config: Config
  log: Logger
  metrics: Metrics
  db: Database
  vault: Vault
  queue: QueueSystem
  branchRules: BranchRulesReader
  channels: ReadonlyMap<ChannelName, Channel>
  branchBrands: BranchBrands
  looks: Looks
  secrets: Secrets
  close(): Promise<void>
}

export type Secrets = { adminKey: string; dashboardPassword: string | undefined }

export function createLog(config: Pick<Config, 'LOG_LEVEL'>): Logger {
  return pino({
    level: config.LOG_LEVEL,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    // Nothing personal is ever logged; this catches what a later hand might let slip.
    redact: {
      paths: [
        'phone',
        'fullName',
        'text',
        'address',
        'token',
        '*.phone',
        '*.fullName',
        '*.text',
        '*.address',
        '*.token',
      ],
      censor: '[hidden]',
    },
  })
}

export async function openServices(config: Config, log: Logger): Promise<Services> {
  const stack: (() => Promise<void>)[] = []
  try {
    const databaseUrl = config.DATABASE_URL ?? (await startEmbedded(config, log, stack))
    await migrateWhenReachable(databaseUrl, log)
    const { keys, secrets } = await secretsOf(config, log)
    const db = openDatabase({
      url: databaseUrl,
      max: connections[config.REDIS_URL === undefined ? 'besideQueue' : 'alone'],
      name: processName(keys.map((each) => each.id)),
      onIdleError: (error) => log.warn({ msg: 'database.connection_lost', fault: error.message }),
    })
    stack.push(() => db.close())
    const looks = createLooks({
      db,
      onLost: ({ fault, ...lost }) =>
        log.error({ msg: 'looks.lost', ...lost, ...(fault === undefined ? {} : faultOf(fault)) }),
    })
    stack.push(() => looks.close())
    if (await settleClock(db)) log.warn({ msg: 'changes.clock_lifted', advice: 'the database was restored elsewhere' })
    const vault = await openVault(db, keys)
    const channels = openChannels(config)
    const queues = [
      ...Object.values(planQueues),
      ...[...channels.keys(), sandboxChannel.name].flatMap((each) =>
        deliveryQueues(each).map(({ queue: name }) => name),
      ),
    ]
    const queue = await openQueue(config, databaseUrl, log, queues.length)
    stack.push(() => queue.close())
    await queue.prepare(queues)
    stack.push(async () => {
      for (const channel of channels.values()) await channel.close()
    })
    return {
      config,
      log,
      metrics: createMetrics(),
      db,
      vault,
      queue,
      branchRules: createBranchRules(db),
      channels,
      branchBrands: createBranchBrands(db),
      looks,
      secrets,
      close: () => closeAll(stack),
    }
  } catch (error) {
    await closeAll(stack)
    throw error
  }
}

/** A server takes a hundred by default, of several processes; where the queue is in Postgres too it has a pool beside this one. */
const connections = { alone: 20, besideQueue: 12 }

async function closeAll(stack: (() => Promise<void>)[]): Promise<void> {
  for (let next = stack.pop(); next; next = stack.pop()) await next().catch(() => {})
}

async function startEmbedded(config: Config, log: Logger, stack: (() => Promise<void>)[]): Promise<string> {
  // Loaded only here: production needs neither the code nor the binaries.
  const { startEmbeddedPostgres } = await import('./sandbox/embedded-postgres/start.ts')
  const postgres = await startEmbeddedPostgres({
    dataDir: config.DATA_DIR,
    onLog: (line) => log.debug({ msg: 'postgres.log', line }),
    onExit: (detail) => {
      log.fatal({ msg: 'postgres.gone', detail })
      process.kill(process.pid, 'SIGTERM')
    },
  })
  stack.push(() => postgres.stop())
  return postgres.databaseUrl
}

/** A database that is still starting is waited for: compose starts everything at once. */
async function migrateWhenReachable(databaseUrl: string, log: Logger): Promise<void> {
  const deadline = Date.now() + 60_000
  while (true) {
    try {
      const done = await migrate(databaseUrl)
      if (done.length > 0) log.info({ msg: 'database.migrated', migrations: done })
      return
    } catch (error) {
      if (!isUnavailable(error) || Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

async function secretsOf(
  config: Config,
  log: Logger,
): Promise<{ keys: [MasterKey, ...MasterKey[]]; secrets: Secrets }> {
  if (config.DATABASE_URL !== undefined) {
    if (config.ENCRYPTION_KEYS === undefined) throw new ConfigError('ENCRYPTION_KEYS: needed with DATABASE_URL')
    if (config.ADMIN_API_KEY === undefined)
      log.warn({ msg: 'config.no_admin_key', advice: 'set ADMIN_API_KEY to use /api/v1' })
    return {
      keys: config.ENCRYPTION_KEYS,
      secrets: {
        adminKey: config.ADMIN_API_KEY ?? randomBytes(32).toString('hex'),
        dashboardPassword: config.DASHBOARD_PASSWORD,
      },
    }
  }
  const made = await generatedSecrets(config.DATA_DIR)
  const shown = [
    ...(config.ADMIN_API_KEY === undefined ? [`ADMIN_API_KEY=${made.adminKey}`] : []),
    ...(config.DASHBOARD_PASSWORD === undefined ? [`DASHBOARD_PASSWORD=${made.password}`] : []),
  ]
  if (made.isNew && shown.length > 0) {
    process.stdout.write(`Made for this data folder, shown once, kept in ${made.file}:\n  ${shown.join('\n  ')}\n`)
  }
  return {
    keys: config.ENCRYPTION_KEYS ?? encryptionKeys.parse(made.encryptionKeys),
    secrets: {
      adminKey: config.ADMIN_API_KEY ?? made.adminKey,
      dashboardPassword: config.DASHBOARD_PASSWORD ?? made.password,
    },
  }
}

/** The master keys of these settings; of embedded mode, those in DATA_DIR. */
export async function masterKeys(config: Config): Promise<[MasterKey, ...MasterKey[]]> {
  if (config.ENCRYPTION_KEYS !== undefined) return config.ENCRYPTION_KEYS
  if (config.DATABASE_URL !== undefined) throw new ConfigError('ENCRYPTION_KEYS: needed with DATABASE_URL')
  return encryptionKeys.parse((await generatedSecrets(config.DATA_DIR)).encryptionKeys)
}

/** Of the embedded mode: made once, kept beside the database. */
export async function generatedSecrets(dataDir: string) {
  const file = join(dataDir, 'secrets.env')
  await mkdir(dataDir, { recursive: true })
  const known = await readFile(file, 'utf8').catch(() => undefined)
  const text =
    known ??
    `ENCRYPTION_KEYS=k1:${randomBytes(32).toString('base64')}\nADMIN_API_KEY=${randomBytes(24).toString('base64url')}\nDASHBOARD_PASSWORD=${randomBytes(9).toString('base64url')}\n`
  if (known === undefined) await writeFile(file, text, { mode: 0o600, flag: 'wx' })
  const value = (name: string) => {
    const found = new RegExp(`^${name}=(.+)$`, 'm').exec(text)?.[1]
    if (found === undefined)
      throw new ConfigError(`${file}: no line ${name}=…; restore the file, without it the database cannot be read`)
    return found
  }
  return {
    file,
    isNew: known === undefined,
    encryptionKeys: value('ENCRYPTION_KEYS'),
    adminKey: value('ADMIN_API_KEY'),
    password: value('DASHBOARD_PASSWORD'),
  }
}

/** The vault alone, for an operator's command beside the service. */
export async function openVaultOf(config: Config, log: Logger, db: Database): Promise<Vault> {
  return await openVault(db, (await secretsOf(config, log)).keys)
}

export async function openVault(db: Database, keys: [MasterKey, ...MasterKey[]]): Promise<Vault> {
  const keyring = createKeyring(keys)
  try {
    const indexKey = await databaseSecret(db, keyring, 'index')
    const serviceKey = await databaseSecret(db, keyring, 'service')
    return createVault({ keyring, indexKey, serviceKey })
  } catch (error) {
    if (error instanceof Error && /no key|unable to authenticate/i.test(error.message)) {
      throw new ConfigError(
        `ENCRYPTION_KEYS: these keys do not open this database (${error.message}). Give the keys it was made with.`,
      )
    }
    throw error
  }
}

async function openQueue(config: Config, databaseUrl: string, log: Logger, workers: number): Promise<QueueSystem> {
  let lastLoggedAt = 0
  const onError = (error: Error) => {
    if (Date.now() - lastLoggedAt < 5_000) return
    lastLoggedAt = Date.now()
    log.warn({ msg: 'queue.trouble', fault: error.message })
  }
  const events = {
    onError,
    onJobFailed: (queue: string, error: Error) => log.error({ msg: 'job.failed', queue, ...faultOf(error) }),
  }
  if (config.REDIS_URL !== undefined) return openRedisQueue(config.REDIS_URL, events)
  // Each worker keeps one connection for itself; with all messengers on, a pool of twelve had none left for the work.
  const pool = openPool({ url: databaseUrl, max: workers + 8, searchPath: 'bullmq', onIdleError: onError })
  // Every queue and worker listens on it, and each channel has several: that is no leak.
  pool.setMaxListeners(0)
  return await openPostgresQueue(pool, events)
}

/** A channel is on when its token is set: one line each. */
function openChannels(config: Config): Map<ChannelName, Channel> {
  const channels = new Map<ChannelName, Channel>()
  for (const name of channelNames) {
    const channel = messengers[name].open(config)
    if (channel) channels.set(name, channel)
  }
  return channels
}
