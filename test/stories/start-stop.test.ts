import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { startTelegramEmulator, type TelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { type Cleanup, cleanup } from '../support/cleanup.ts'
import { emptyDatabase, testDatabase } from '../support/postgres.ts'
import { runProcess, startProcess, type TestProcess } from '../support/process.ts'
import { freePort } from '../support/redis.ts'
import { clientOf, startService, testEnvironment } from '../support/service.ts'
import {
  aboutMoneyTo,
  accepted,
  cameTo,
  linkedSomeone,
  type Outside,
  patienceMs,
  payout,
  screenOf,
  sumsOn,
} from '../support/story.ts'
import { until } from '../support/until.ts'

async function messenger(t: Cleanup): Promise<TelegramEmulator> {
  const telegram = await startTelegramEmulator()
  cleanup(t, () => telegram.close())
  return telegram
}

function environment(databaseUrl: string, telegram: TelegramEmulator, more: Record<string, string> = {}) {
  return testEnvironment(databaseUrl, {
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    ...more,
  })
}

function outside({ url }: TestProcess, telegram: TelegramEmulator): Outside {
  return { ...clientOf(url), telegram }
}

describe('start and stop', { timeout: 240_000 }, () => {
  it('a Postgres that accepts and breaks connections off, as it does while its container restarts, is waited for', async (t) => {
    const telegram = await messenger(t)
    const url = new URL(await testDatabase(t))
    const folder = url.searchParams.get('host')
    const port = Number(url.port || 5432)
    const target = folder === null ? { port, host: url.hostname } : { path: `${folder}/.s.PGSQL.${port}` }
    let broken = 0
    const door = createServer((incoming) => {
      broken += 1
      if (broken <= 3) return void incoming.resetAndDestroy()
      const outgoing = connect(target)
      incoming.on('error', () => outgoing.destroy()).pipe(outgoing)
      outgoing.on('error', () => incoming.destroy()).pipe(incoming)
    })
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
    cleanup(t, async () => void door.close())
    const address = door.address()
    url.searchParams.delete('host')
    url.hostname = '127.0.0.1'
    url.port = String(typeof address === 'object' && address !== null ? address.port : '')

    const running = await startProcess(t, environment(url.href, telegram))

    assert.equal((await fetch(`${running.url}/healthz`)).status, 200)
    assert.ok(broken > 3)
  })

  it('SIGTERM: what is in hand is finished and noted, the rest is left for the next start', async (t) => {
    const telegram = await messenger(t)
    const databaseUrl = await testDatabase(t)
    const running = await startProcess(t, environment(databaseUrl, telegram))
    const service = outside(running, telegram)
    const person = await linkedSomeone(service)
    telegram.faults.slow(3_000, aboutMoneyTo(person))
    const [inHand, behind] = [await accepted(service, payout(person, 1)), await accepted(service, payout(person, 2))]
    await until(
      async () => (await service.api('GET', `/events/${inHand}`)).body.notifications[0]?.state === 'sending',
      patienceMs,
      'the call is under way',
    )

    const stoppedAt = Date.now()
    running.kill('SIGTERM')
    const code = await running.exited

    assert.equal(code, 0, running.lines.slice(-5).join('\n'))
    assert.ok(Date.now() - stoppedAt < 15_000, `took ${Date.now() - stoppedAt} ms`)
    assert.ok(!running.lines.some((line) => line.includes('"forced":true')), 'nothing had to be forced')
    assert.deepEqual(sumsOn(telegram, person).slice(0, 1), [1])

    const next = await startService(t, environment(databaseUrl, telegram))
    const first = await cameTo(next, inHand, 'sent')
    await cameTo(next, behind, 'sent')
    assert.equal(first.deliveries[0].repeat, false)
    assert.deepEqual(sumsOn(telegram, person), [1, 2])
    assert.ok(!screenOf(telegram, person).some(({ text }) => text.startsWith('Повторное')))
  })

  it('SIGTERM in full work: what is in hand comes and is noted, no more is taken, nothing becomes unknown', async (t) => {
    const databaseUrl = await testDatabase(t)
    const door = await startService(t, { DATABASE_URL: databaseUrl, ROLES: 'api' })
    const { telegram } = door
    telegram.setLatency(500)
    const people = await Promise.all(Array.from({ length: 40 }, () => linkedSomeone(door)))
    for (let number = 1; number <= 5; number++) await door.post(people.map((person) => payout(person, number)))
    const worker = await startProcess(t, environment(databaseUrl, telegram, { ROLES: 'worker' }))
    const came = () => telegram.received.filter(({ text }) => text.includes('₽')).length
    await until(() => came() > 20, patienceMs, 'it is in full work')

    const [before, stoppedAt] = [came(), Date.now()]
    worker.kill('SIGTERM')
    const code = await worker.exited

    assert.equal(code, 0, worker.lines.slice(-5).join('\n'))
    assert.ok(Date.now() - stoppedAt < 14_000, `took ${Date.now() - stoppedAt} ms`)
    assert.ok(!worker.lines.some((line) => line.includes('"forced":true')), 'nothing had to be forced')
    // As many as it has in hand at once, of the queue in Postgres.
    assert.ok(came() - before <= 40, `${came() - before} came after it was asked to stop`)
    assert.ok(came() < 200, 'the rest is left for another')
    const { body } = await door.api('GET', '/journal?limit=1000')
    const states = body.items.map(({ state }: { state: string }) => state)
    assert.equal(states.filter((state: string) => state === 'sent').length, came())
    assert.deepEqual(
      states.filter((state: string) => !['sent', 'queued', 'waiting'].includes(state)),
      [],
    )
  })

  it('kill -9 in the middle of a call: after the next start it goes on within half a minute, marked as a repeat', async (t) => {
    const telegram = await messenger(t)
    const databaseUrl = await testDatabase(t)
    const victim = await startProcess(t, environment(databaseUrl, telegram))
    const service = outside(victim, telegram)
    const person = await linkedSomeone(service)
    telegram.faults.slow(1_000, aboutMoneyTo(person))
    const ids = [await accepted(service, payout(person, 1)), await accepted(service, payout(person, 2))]
    await until(
      async () => (await service.api('GET', `/events/${ids[0]}`)).body.notifications[0]?.state === 'sending',
      patienceMs,
      'the call is under way',
    )
    victim.kill('SIGKILL')
    await victim.exited

    const next = await startService(t, environment(databaseUrl, telegram))
    const restartedAt = Date.now()
    for (const id of ids) await cameTo(next, id, 'sent', 60_000)

    // The contract’s half a minute, and what a busy machine adds.
    assert.ok(Date.now() - restartedAt < 40_000, `took ${Date.now() - restartedAt} ms`)
    const texts = screenOf(telegram, person).flatMap(({ text }) => (text.includes('₽') ? [text] : []))
    assert.ok(texts.at(-2)?.startsWith('Повторное сообщение: Выплата 1\u00a0₽'), texts.join('; '))
    assert.ok(texts.at(-1)?.startsWith('Выплата 2\u00a0₽'))
  })

  it('two processes that start at once on an empty database both come up, and work together', async (t) => {
    const telegram = await messenger(t)
    const databaseUrl = await emptyDatabase(t)
    const [one, other] = await Promise.all([
      startProcess(t, environment(databaseUrl, telegram)),
      startProcess(t, environment(databaseUrl, telegram)),
    ])
    const person = await linkedSomeone(outside(one, telegram))
    const ids = [
      await accepted(outside(one, telegram), payout(person, 1)),
      await accepted(outside(other, telegram), payout(person, 2)),
    ]
    for (const id of ids) await cameTo(outside(other, telegram), id, 'sent')
    assert.deepEqual(sumsOn(telegram, person), [1, 2])
  })

  it('roles apart: a bot’s process tells of its health and takes no webhooks', async (t) => {
    const telegram = await messenger(t)
    const bot = await startProcess(t, environment(await testDatabase(t), telegram, { ROLES: 'bot' }))
    for (const [path, content] of [
      ['/healthz', /^ok$/m],
      ['/readyz', /^ok postgres/m],
      ['/metrics', /vestnik_/],
    ] as const) {
      const answer = await fetch(`${bot.url}${path}`)
      assert.equal(answer.status, 200, path)
      assert.match(await answer.text(), content)
    }
    // It serves no document of the interface either, so nothing is held against one.
    const refused = async (path: string, method: string) => (await fetch(`${bot.url}${path}`, { method })).status
    assert.equal(await refused('/webhooks/1c', 'POST'), 404)
    assert.equal(await refused('/api/v1/journal', 'GET'), 404)
    telegram.person(1).start()
    await telegram.waitFor(({ text }) => text.includes('согласие'), patienceMs)
  })

  it('the same data folder twice: the second says which process holds it, and touches nothing', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'vestnik twice '))
    cleanup(t, () => rm(folder, { recursive: true, force: true }))
    const embedded = { DATA_DIR: folder, PORT: '0' }
    const first = await startProcess(t, embedded)
    const { code, output } = await runProcess(['src/main.ts'], embedded)
    assert.equal(code, 1)
    assert.match(output, new RegExp(`\\b${first.pid}\\b`), output)
    assert.equal(output.split('\n').filter((line) => line.trim() !== '').length, 1, output)
    assert.equal((await fetch(`${first.url}/readyz`)).status, 200)
    first.kill('SIGTERM')
    assert.equal(await first.exited, 0)
  })

  it('a wrong value, a missing key, a taken port: one line that says what to do, and exit code 1', async (t) => {
    const databaseUrl = await testDatabase(t)
    const wrong: [name: string, more: Record<string, string>][] = [
      ['ROLES', { ROLES: 'cook' }],
      ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: '' }],
      ['PORT', { PORT: String(await takenPort(t)) }],
    ]
    const ends = await Promise.all(
      wrong.map(([, more]) => runProcess(['src/main.ts'], testEnvironment(databaseUrl, more), 120_000)),
    )
    for (const [index, { code, output }] of ends.entries()) {
      const [name] = wrong[index] ?? ['']
      const lines = output.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'))
      assert.equal(code, 1, output)
      assert.equal(lines.length, 1, output)
      assert.match(lines[0] ?? '', new RegExp(`${name}: .*[a-z].*Example: ${name}=`), output)
    }
  })

  it('keys that do not open this database stop the start before anything is taken', async (t) => {
    const databaseUrl = await testDatabase(t)
    const first = await startService(t, { DATABASE_URL: databaseUrl })
    await first.stop()
    const other = { ENCRYPTION_KEYS: `t1:${Buffer.alloc(32, 8).toString('base64')}` }
    await assert.rejects(startService(t, { DATABASE_URL: databaseUrl, ...other }), /ENCRYPTION_KEYS: /)
  })
})

async function takenPort(t: Cleanup): Promise<number> {
  const port = await freePort()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  cleanup(t, async () => {
    await new Promise((resolve) => server.close(resolve))
  })
  return port
}
