import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Account, currentFolder, identityOf } from './account.ts'
import { outputFailure, tellingLine } from './failure.ts'
import { guard } from './guard.ts'
import { sendSignal } from './process-state.ts'
import { spawned, toolEnvironment } from './run-tool.ts'
import type { Runtime } from './runtime.ts'
import { port } from './socket-folder.ts'

export type Server = { stop(): Promise<void> }

type Needs = {
  account: Account
  runtime: Runtime
  clusterDir: string
  socketFolder: string
  onLog: (line: string) => void
  onExit: (detail: string) => void
  maxConnections: number
}

type Running = { child: ChildProcess; ended: Promise<string>; hasSaidAll: Promise<void>; output: string[] }

/** Resolves when connections are accepted, however long a recovery takes: a deadline would only break it off. */
export async function startServer(needs: Needs): Promise<Server> {
  const running = await readyServer(needs)
  let isStopping = false
  const watch = async (how: string): Promise<void> => {
    const words = await lastWords(running)
    if (!isStopping) needs.onExit(`Postgres ${running.child.pid} ${how}; its last words: ${tellingLine(words)}`)
  }
  void running.ended.then(watch)
  return {
    stop: async () => {
      isStopping = true
      await end(running, needs.account)
    },
  }
}

/** After a postmaster was killed its other processes need a moment to notice; until then a new one refuses to start. */
async function readyServer(needs: Needs): Promise<Running> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const running = launch(needs)
    if (await isReady(running)) return running
    const output = await lastWords(running)
    const isHeldByRemains = /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(output)
    if (!isHeldByRemains || Date.now() > deadline) throw outputFailure('start Postgres', needs.clusterDir, output)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Its own process group, so that Ctrl-C reaches it through us and not before we have finished with it. */
function launch(needs: Needs): Running {
  const { account, clusterDir } = needs
  const args = serverArguments(currentFolder(account, clusterDir), needs)
  const child = spawned(account, () =>
    spawn(needs.runtime.postgres, args, {
      cwd: clusterDir,
      env: toolEnvironment,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...identityOf(account),
    }),
  )
  const watcher = child.pid === undefined ? undefined : guard({ ...needs, pid: child.pid })
  child.once('exit', () => watcher?.dismiss())
  const output: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    const readable = line.replaceAll('/proc/self/cwd', clusterDir)
    output.push(readable)
    if (output.length > 50) output.shift()
    needs.onLog(readable)
    if (readable.includes('database system is ready to accept connections')) child.emit('ready')
  })
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`))
  })
  const hasSaidAll = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return { child, ended, hasSaidAll, output }
}

/** What it said may arrive after its end; processes it leaves behind may keep the pipe open for long. */
async function lastWords({ hasSaidAll, output }: Running): Promise<string> {
  await isSettledWithin(hasSaidAll, 500)
  return output.join('\n')
}

async function isReady({ child, ended }: Running): Promise<boolean> {
  const ready = new Promise<boolean>((resolve) => child.once('ready', () => resolve(true)))
  return await Promise.race([ready, ended.then(() => false)])
}

async function end({ child, ended }: Running, account: Account): Promise<void> {
  if (child.pid === undefined) return
  for (const [signal, deadlineMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 10_000],
  ] as const) {
    if (child.exitCode === null && child.signalCode === null) await sendSignal(child.pid, signal, account)
    if (await isSettledWithin(ended, deadlineMs)) return
  }
}

async function isSettledWithin(promise: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), deadlineMs)
  })
  return await Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer))
}

/** Durable whatever the folder's own file says; small and quiet, for a database that serves one program. */
function serverArguments(folder: string, { socketFolder, maxConnections }: Needs): string[] {
  const settings = {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    listen_addresses: '',
    port: String(port),
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    max_connections: String(maxConnections),
    shared_buffers: '32MB',
    max_wal_size: '256MB',
    huge_pages: 'off',
    jit: 'off',
    io_method: 'sync',
    max_parallel_workers: '0',
    max_parallel_workers_per_gather: '0',
    max_parallel_maintenance_workers: '0',
    max_logical_replication_workers: '0',
    autovacuum: 'on',
    autovacuum_max_workers: '2',
    cluster_name: 'vestnik',
    lc_messages: 'C',
    timezone: 'UTC',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '',
    log_checkpoints: 'off',
    // Failed statements go to whoever sent them: here they would put names and phones in the log.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
  }
  return ['-D', folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}
