import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { judgeCertificate } from '../../src/cli/doctor/address.ts'
import { judgeDisk } from '../../src/cli/doctor/disk.ts'
import { examine } from '../../src/cli/doctor/examine.ts'
import { judgeRedis } from '../../src/cli/doctor/queue.ts'
import { shown } from '../../src/cli/doctor.ts'
import { readConfig } from '../../src/config.ts'
import type { Finding } from '../../src/lib/finding.ts'
import { startMaxEmulator } from '../../src/sandbox/max/emulator.ts'
import { startTelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { startVkEmulator } from '../../src/sandbox/vk/emulator.ts'
import { startWhatsAppEmulator } from '../../src/sandbox/whatsapp/emulator.ts'
import { httpProxy } from '../channels/proxies.ts'
import { portOf, refusing } from '../channels/unreachable.ts'
import { type Cleanup, cleanup } from '../support/cleanup.ts'
import { emptyDatabase, onDatabase } from '../support/postgres.ts'
import { runProcess } from '../support/process.ts'
import { hasRedis, startRedis } from '../support/redis.ts'
import { suiteScope } from '../support/scope.ts'
import { startService, type TestService, testEnvironment } from '../support/service.ts'
import { linkedSomeone } from '../support/story.ts'

/** Somewhere nobody listens. */
let nowhere = ''

describe('doctor', { timeout: 120_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let sound: Record<string, string>

  before(async () => {
    service = await startService(scope, { ROLES: 'api' })
    await linkedSomeone(service)
    nowhere = `127.0.0.1:${(await refusing()).port}`
    sound = testEnvironment(service.services.config.DATABASE_URL ?? '', {
      TELEGRAM_BOT_TOKEN: service.telegram.token,
      TELEGRAM_API_ROOT: service.telegram.apiRoot,
      PUBLIC_URL: service.url,
    })
  })

  const look = (more: Record<string, string> = {}) => examine(readConfig({ ...sound, ...more }))

  it('finds nothing bad where all is well, and says of each part how it is', async () => {
    const findings = await look()
    assert.deepEqual(
      findings.filter((each) => each.state === 'bad'),
      [],
      shown(findings),
    )
    for (const what of ['База данных', 'Схема базы', 'Ключи шифрования', 'Часы против базы', 'Telegram: бот'])
      assert.equal(of(findings, what).state, 'ok', what)
    assert.match(shown(findings), /хорошо {4}Схема базы: выполнены все \d+ миграций\n/)
    assert.match(shown(findings), /Плохо: 0, внимание: \d, хорошо: \d+\.\n$/)
  })

  it('of a database tells apart that nobody listens, a wrong password and a name that is not there', async () => {
    const url = new URL(sound['DATABASE_URL'] ?? '')
    url.pathname = '/nobody_made_this'
    for (const [address, detail, remedy] of [
      [`postgres://vestnik@${nowhere}/vestnik`, /никто не слушает/, /docker compose up -d postgres/],
      [url.href, /такой базы/, /createdb/],
    ] as const) {
      const found = of(await look({ DATABASE_URL: address }), 'База данных')
      assert.equal(found.state, 'bad')
      assert.match(found.detail, detail)
      assert.match(found.remedy ?? '', remedy)
    }
  })

  it('of the schema tells that migrations are missing, and that the database is newer than the program', async (t) => {
    const databaseUrl = await emptyDatabase(t)
    const empty = of(await look({ DATABASE_URL: databaseUrl }), 'Схема базы')
    assert.match(empty.detail, /таблиц ещё нет/)
    await onDatabase(databaseUrl, async (client) => {
      await client.query('create table migrations (id serial, name text, run_on timestamp)')
      await client.query(`insert into migrations (name) values ('0001_base'), ('9999_from_tomorrow')`)
    })
    const newer = of(await look({ DATABASE_URL: databaseUrl }), 'Схема базы')
    assert.match(newer.detail, /новее программы: 9999_from_tomorrow/)
    await onDatabase(databaseUrl, (client) => client.query(`delete from migrations where name like '9999%'`))
    const pending = of(await look({ DATABASE_URL: databaseUrl }), 'Схема базы')
    assert.match(pending.detail, /не выполнены: 0002_sources/)
    assert.match(pending.remedy ?? '', /migrate/)
  })

  it('of the keys names the one that is missing, and the one under whose name another stands', async () => {
    const missing = of(
      await look({ ENCRYPTION_KEYS: `t2:${Buffer.alloc(32, 7).toString('base64')}` }),
      'Ключи шифрования',
    )
    assert.match(missing.detail, /«t1» \(записей: \d+\).*нет/)
    const other = of(
      await look({ ENCRYPTION_KEYS: `t1:${Buffer.alloc(32, 9).toString('base64')}` }),
      'Ключи шифрования',
    )
    assert.match(other.detail, /«t1» не открывает базу/)
    assert.match(other.remedy ?? '', /прежнее значение/)
  })

  it('of the clock tells how far it is from that of a messenger', async (t) => {
    const late = await serve(t, (_request, response) => {
      response
        .setHeader('date', new Date(Date.now() - 3_600_000).toUTCString())
        .writeHead(404)
        .end()
    })
    const found = (await look({ TELEGRAM_API_ROOT: late })).find((each) => each.what.startsWith('Часы против 127'))
    assert.equal(found?.state, 'bad')
    assert.match(found?.detail ?? '', /спешат на 3(599|60\d) с/)
  })

  it('of the disk and of Redis tells when there is too little room, and when Redis would forget', () => {
    const giga = 1024 ** 3
    assert.equal(judgeDisk({ freeBytes: 50 * giga, totalBytes: 100 * giga }).state, 'ok')
    assert.equal(judgeDisk({ freeBytes: 1 * giga, totalBytes: 100 * giga }).state, 'warn')
    assert.match(judgeDisk({ freeBytes: 0.1 * giga, totalBytes: 100 * giga }).remedy ?? '', /Полный диск/)
    const redis = { ok: true, version: '7.2', evicts: 'noeviction', keepsOnDisk: true, usedShare: 0.1 } as const
    assert.equal(judgeRedis(redis).state, 'ok')
    assert.match(judgeRedis({ ...redis, evicts: 'allkeys-lru' }).detail, /выбрасывает/)
    assert.equal(judgeRedis({ ...redis, usedShare: 0.9 }).state, 'warn')
    assert.match(judgeRedis({ ok: false, code: 'WRONGPASS' }).detail, /пароль/)
  })

  it('asks Redis itself', { skip: hasRedis() ? false : 'no redis-server on the PATH' }, async (t) => {
    const redis = await startRedis(t)
    assert.equal(of(await look({ REDIS_URL: redis.url }), 'Очередь (Redis)').state, 'ok')
    await redis.stop()
    assert.match(of(await look({ REDIS_URL: redis.url }), 'Очередь (Redis)').detail, /не отвечает: ECONNREFUSED/)
  })

  it('of Telegram tells apart a wrong token, no way there, a proxy that does not let through, and a foreign webhook', async (t) => {
    const telegram = await startTelegramEmulator()
    cleanup(t, () => telegram.close())
    const at = { TELEGRAM_API_ROOT: telegram.apiRoot, TELEGRAM_BOT_TOKEN: telegram.token }
    const wrong = of(await look({ ...at, TELEGRAM_BOT_TOKEN: '123456789:AAEwrongwrongwrong' }), 'Telegram: бот')
    assert.match(wrong.detail, /не принимает токен/)
    assert.match(wrong.remedy ?? '', /BotFather/)
    const unreachable = of(await look({ ...at, TELEGRAM_API_ROOT: `http://${nowhere}` }), 'Telegram: бот')
    assert.match(unreachable.detail, /нет связи: ECONNREFUSED/)
    assert.match(unreachable.remedy ?? '', /TELEGRAM_PROXY_URL/)

    const [good, strict] = [await httpProxy(), await httpProxy({ login: 'name:word' })]
    cleanup(t, () => good.close())
    cleanup(t, () => strict.close())
    const through = await look({ ...at, TELEGRAM_PROXY_URL: `${good.url()},${strict.url('name:wrong')}` })
    const ways = through.filter((each) => each.what.startsWith('Telegram: прокси'))
    assert.deepEqual(
      ways.map((each) => each.state),
      ['ok', 'warn'],
    )
    assert.match(ways[1]?.remedy ?? '', /имя и пароль/)
    assert.ok(!shown(through).includes('wrong@'), 'no password of a proxy is shown')

    await fetch(`${telegram.apiRoot}/bot${telegram.token}/setWebhook?url=http://127.0.0.1:9/secret-path`)
    const foreign = of(await look(at), 'Telegram: ответы клиентов')
    assert.match(foreign.detail, /задан вебхук на 127\.0\.0\.1:9:/)
    assert.ok(!shown([foreign]).includes('secret-path'))
    const ours = { ...at, TELEGRAM_UPDATES: 'webhook', TELEGRAM_WEBHOOK_SECRET: 'a-long-random-word' }
    assert.match(
      of(await look(ours), 'Telegram: ответы клиентов').remedy ?? '',
      /channels\/telegram: перезапустите worker/,
    )
  })

  it('of VK tells apart another community, a missing right and an address that VK does not know', async (t) => {
    const vk = await startVkEmulator()
    cleanup(t, () => vk.close())
    const at = {
      VK_TOKEN: vk.token,
      VK_API_ROOT: vk.apiRoot,
      VK_GROUP_ID: vk.groupId,
      VK_CONFIRMATION: vk.callbacks.confirmation,
      VK_SECRET: 'Sesam_open_1',
    }
    assert.match(of(await look(at), 'ВКонтакте: ответы клиентов').detail, /не указан/)
    assert.match(
      of(await look({ ...at, VK_GROUP_ID: '5' }), 'ВКонтакте: сообщество').remedy ?? '',
      /номер того сообщества/,
    )
    assert.equal(of(await look({ ...at, VK_UPDATES: 'polling' }), 'ВКонтакте: ответы клиентов').state, 'ok')
    const lost = of(await look({ ...at, VK_API_ROOT: `http://${nowhere}/method` }), 'ВКонтакте: сообщество')
    assert.match(lost.remedy ?? '', /исходящий доступ/)
    const wrong = of(await look({ ...at, VK_TOKEN: 'vk1.a.wrongwrongwrongwrongwrong' }), 'ВКонтакте: сообщество')
    assert.match(wrong.remedy ?? '', /Ключи доступа/)
  })

  it('of MAX tells apart a wrong token, an unknown CA and a foreign subscription', async (t) => {
    const max = await startMaxEmulator()
    cleanup(t, () => max.close())
    const at = { MAX_TOKEN: max.token, MAX_API_ROOT: max.apiRoot, MAX_UPDATES: 'polling' }
    assert.equal(of(await look(at), 'MAX: ответы клиентов').state, 'ok')
    assert.match(
      of(await look({ ...at, MAX_TOKEN: 'wrong-token-wrong-token' }), 'MAX: бот').remedy ?? '',
      /business\.max\.ru/,
    )
    const strange = await serveTls(t, certificateFor(t, 30))
    assert.match(of(await look({ ...at, MAX_API_ROOT: strange }), 'MAX: бот').remedy ?? '', /MAX_CA_FILE/)
    await fetch(`${max.apiRoot}/subscriptions`, {
      method: 'POST',
      headers: { authorization: max.token, 'content-type': 'application/json' },
      body: JSON.stringify({ url: 'https://other.example.ru/hook', secret: 'some-long-secret' }),
    })
    assert.match(of(await look(at), 'MAX: ответы клиентов').detail, /уходят на other\.example\.ru/)
  })

  it('of WhatsApp names the templates that are not approved', async (t) => {
    const whatsapp = await startWhatsAppEmulator()
    cleanup(t, () => whatsapp.close())
    const at = {
      WHATSAPP_TOKEN: whatsapp.token,
      WHATSAPP_API_ROOT: whatsapp.apiRoot,
      WHATSAPP_PHONE_NUMBER_ID: whatsapp.phoneNumberId,
      WHATSAPP_APP_SECRET: whatsapp.appSecret,
      WHATSAPP_VERIFY_TOKEN: whatsapp.verifyToken,
    }
    whatsapp.approve({ name: 'vestnik_payout_paid', body: 'Выплата {{1}}' })
    whatsapp.approve({ name: 'vestnik_payout_sent', body: 'Выплата {{1}}', state: 'paused' })
    const found = of(await look(at), 'WhatsApp: шаблоны')
    assert.equal(found.state, 'bad')
    assert.ok(found.detail.includes('vestnik_payout_sent (ru): PAUSED'), found.detail)
    assert.ok(found.detail.includes('vestnik_greeting (ru): нет'), found.detail)
    assert.ok(!found.detail.includes('vestnik_payout_paid'), found.detail)
    const expired = of(await look({ ...at, WHATSAPP_TOKEN: 'EAAwrongwrongwrongwrong' }), 'WhatsApp: номер')
    assert.match(expired.remedy ?? '', /системного пользователя/)
  })

  it('of PUBLIC_URL tells apart that it leads nowhere, or elsewhere, and what is wrong with its certificate', async (t) => {
    assert.match(of(await look({ PUBLIC_URL: `http://${nowhere}` }), 'Адрес снаружи').detail, /не открывается/)
    const elsewhere = await serve(t, (_request, response) => response.end('welcome to nginx'))
    assert.match(of(await look({ PUBLIC_URL: elsewhere }), 'Адрес снаружи').detail, /что-то другое: 200/)
    assert.match(of(await look(), 'Сертификат').detail, /открыто/)
    const selfSigned = await serveTls(t, certificateFor(t, 30))
    assert.match(of(await look({ PUBLIC_URL: selfSigned }), 'Сертификат').detail, /не верят: (DEPTH_ZERO_)?SELF_SIGNED/)
    const now = new Date()
    const until = (days: number) =>
      judgeCertificate(
        { kind: 'shown', validTo: new Date(now.getTime() + days * 86_400_000), isTrusted: true, why: '' },
        now,
      )
    assert.deepEqual([until(60).state, until(5).state, until(-2).state], ['ok', 'warn', 'bad'])
  })

  it('says that no messenger is on', async () => {
    assert.match(of(await look({ TELEGRAM_BOT_TOKEN: '' }), 'Мессенджеры').detail, /ни один/)
  })

  it('as a command ends with 1 where something is bad, prints JSON on demand, and explains itself', async () => {
    const [bad, help] = await Promise.all([
      runProcess(['src/cli/main.ts', 'doctor', '--json'], { ...sound, TELEGRAM_API_ROOT: `http://${nowhere}` }),
      runProcess(['src/cli/main.ts', 'doctor', '--help'], {}),
    ])
    assert.equal(bad.code, 1, bad.output)
    const said = z
      .object({ ok: z.boolean(), findings: z.array(z.object({ what: z.string() })) })
      .parse(JSON.parse(bad.output))
    assert.equal(said.ok, false)
    assert.ok(said.findings.some(({ what }) => what === 'Telegram: бот'))
    assert.deepEqual([help.code, /Exit code: 0/.test(help.output)], [0, true])
  })
})

function of(findings: readonly Finding[], what: string): Finding {
  const found = findings.find((each) => each.what === what)
  assert.ok(found, `${what} among ${shown(findings)}`)
  return found
}

async function serve(t: Cleanup, answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup(t, async () => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${portOf(server.address())}`
}

async function serveTls(t: Cleanup, { key, cert }: { key: Buffer; cert: Buffer }): Promise<string> {
  const server = https.createServer({ key, cert }, (_request, response) => response.end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup(t, async () => {
    server.closeAllConnections()
    server.close()
  })
  return `https://127.0.0.1:${portOf(server.address())}`
}

function certificateFor(t: Cleanup, days: number): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'vestnik-doctor-'))
  cleanup(t, async () => rmSync(folder, { recursive: true, force: true }))
  const given =
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout own.key -out own.pem -days ${days} ` +
    '-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1'
  execFileSync('openssl', given.split(' '), { cwd: folder, stdio: 'ignore' })
  return { key: readFileSync(join(folder, 'own.key')), cert: readFileSync(join(folder, 'own.pem')) }
}
