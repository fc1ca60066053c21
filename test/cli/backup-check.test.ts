import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkBackup } from '../../src/cli/backup/check.ts'
import { shown } from '../../src/cli/doctor.ts'
import { encryptionKeys, readConfig } from '../../src/config.ts'
import { sealJournal } from '../../src/journal/chain.ts'
import type { Finding } from '../../src/lib/finding.ts'
import { cleanup } from '../support/cleanup.ts'
import { dumpSkip, startOlderPostgres } from '../support/older-postgres.ts'
import { onDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { encryptionKey, startService, type TestService, testEnvironment } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, payout, type Someone } from '../support/story.ts'

const script = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url))

describe('the role of the service and its backups', { timeout: 120_000, skip: dumpSkip() }, () => {
  const scope = suiteScope()
  const folder = mkdtempSync(join(tmpdir(), 'vestnik-backups-'))
  cleanup(scope, async () => rmSync(folder, { recursive: true, force: true }))
  let service: TestService
  let person: Someone
  let adminUrl: string
  let serviceUrl: string

  before(async () => {
    adminUrl = await startOlderPostgres(scope)
    await onDatabase(adminUrl, (client) => client.query('create database vestnik'))
    run('postgres/role.sh', { VESTNIK_DB_PASSWORD: `it's "long"` })
    serviceUrl = at('vestnik', `vestnik:${encodeURIComponent(`it's "long"`)}`)
    service = await startService(scope, { DATABASE_URL: serviceUrl })
    person = await linkedSomeone(service)
    await cameTo(service, await accepted(service, payout(person, 100)), 'sent')
    // As if an hour had passed: the journal is sealed when its rows are a quarter of an hour old.
    await onDatabase(at('vestnik', 'postgres'), (client) =>
      client.query(`update attempts set started_at = started_at - interval '1 hour'`),
    )
    await sealJournal(service.services.db, (text) => service.services.vault.index('journal', text))
  })

  const at = (database: string, login: string) => {
    const url = new URL(adminUrl)
    const [user = '', password = ''] = login.split(':')
    url.username = user
    url.password = password
    url.pathname = `/${database}`
    return url.href
  }
  const run = (name: string, more: Record<string, string>, ...args: string[]) => {
    const { hostname, port } = new URL(adminUrl)
    const login = { PGHOST: hostname, PGPORT: port, PGUSER: 'postgres', PGDATABASE: 'vestnik', POSTGRES_DB: 'vestnik' }
    const env = { PATH: process.env['PATH'] ?? '', ...login, BACKUP_DIR: folder, ...more }
    return execFileSync('sh', [script(name), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] }).toString()
  }
  const check = (more: Partial<Parameters<typeof checkBackup>[0]> = {}) =>
    checkBackup({
      liveUrl: serviceUrl,
      serverUrl: adminUrl,
      folder,
      program: 'pg_restore',
      oldestHours: 26,
      keys: encryptionKeys.parse(encryptionKey),
      onStep: () => {},
      ...more,
    })

  it('the service sends as a role that owns its schemas and may do nothing else on the server', async () => {
    const mine = await onDatabase(serviceUrl, async (client) => {
      const { rows } = await client.query(
        'select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls from pg_roles where rolname = current_user',
      )
      await assert.rejects(client.query('create database another'), /permission denied/)
      await assert.rejects(client.query(`copy (select 1) to program 'true'`), /permission denied|must be superuser/)
      await assert.rejects(client.query(`select pg_read_file('PG_VERSION')`), /permission denied/)
      await assert.rejects(client.query('select * from pg_authid'), /permission denied/)
      return rows
    })
    assert.deepEqual(Object.values(mine[0]), [false, false, false, false, false])
    assert.equal(service.telegram.received.filter(({ text }) => text.includes('₽')).length, 1)
  })

  it('takes over the tables of an installation that ran as a superuser, and may be set up twice', async () => {
    await onDatabase(at('vestnik', 'postgres'), async (client) => {
      await client.query('alter table events owner to postgres; alter schema bullmq owner to postgres')
    })
    run('postgres/role.sh', { VESTNIK_DB_PASSWORD: `it's "long"` })
    await cameTo(service, await accepted(service, payout(person, 150)), 'sent')
  })

  it('says that there is no dump, and of a dump that it can be restored, read and trusted, and what it lacks', async () => {
    assert.match(of(await check(), 'Копия').detail, /нет файла/)
    assert.match(run('backup/backup.sh', {}, 'now'), /vestnik-.*\.dump, \d+ bytes/)
    const fresh = await check()
    assert.deepEqual(
      fresh.filter((each) => each.state !== 'ok'),
      [],
      shown(fresh),
    )
    assert.match(of(fresh, 'Журнал').detail, /Журнал цел: месяцев 1, блоков 1, строк [1-9]/)
    assert.match(of(fresh, 'Таблицы').detail, /clients 1\/1, events 2\/2/)

    await cameTo(service, await accepted(service, payout(person, 200)), 'sent')
    const later = await check({ oldestHours: 0 })
    assert.match(of(later, 'Окно потери').detail, /пропадут события.*: 1$/)
    assert.match(of(later, 'Копия').remedy ?? '', /docker compose logs backup/)
    assert.deepEqual(await scratches(), [])
  })

  it('does not take a dump for good that other keys were made for, that was cut off, or whose journal was changed', async () => {
    const [name = ''] = readdirSync(folder)
    const keys = await check({ keys: encryptionKeys.parse(`t9:${Buffer.alloc(32, 1).toString('base64')}`) })
    assert.match(of(keys, 'Ключи шифрования').detail, /«t1».*нет/)

    await onDatabase(at('vestnik', 'postgres'), (client) => client.query(`update attempts set outcome = 'refused'`))
    run('backup/backup.sh', {}, 'now')
    const changed = of(await check(), 'Журнал')
    assert.deepEqual([changed.state, /строка изменена: att_/.test(changed.detail)], ['bad', true], changed.detail)

    for (const each of readdirSync(folder)) if (each !== name) rmSync(join(folder, each))
    truncateSync(join(folder, name), 5_000)
    assert.match(of(await check(), 'Восстановление').detail, /pg_restore закончил с кодом 1/)
    assert.match(of(await check({ program: 'no-such-program' }), 'Восстановление').detail, /postgresql-client/)
    assert.deepEqual(await scratches(), [])
  })

  it('reads what the backup job has restored, where the service has no pg_restore of its own', async () => {
    run('backup/backup.sh', {}, 'now')
    run('backup/backup.sh', {}, 'restore')
    const { DATABASE_URL: liveUrl = '' } = readConfig(testEnvironment(serviceUrl))
    const found = await check({
      restoredUrl: at('vestnik_restored', new URL(liveUrl).username),
      program: 'none',
      folder: '/nowhere',
    })
    assert.equal(of(found, 'Ключи шифрования').state, 'ok', shown(found))
    run('backup/backup.sh', {}, 'drop')
  })

  const scratches = () =>
    onDatabase(adminUrl, async (client) => {
      const { rows } = await client.query(`select datname from pg_database where datname like 'vestnik_check%'`)
      return rows
    })
})

function of(findings: readonly Finding[], what: string): Finding {
  const found = findings.find((each) => each.what === what)
  assert.ok(found, `${what} among ${shown(findings)}`)
  return found
}
