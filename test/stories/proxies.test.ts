import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { startTelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { httpProxy, type SandboxProxy, socksProxy } from '../channels/proxies.ts'
import { readable, visitorOf } from '../dashboard/visitor.ts'
import { cleanup } from '../support/cleanup.ts'
import { type MaxService, startMaxService } from '../support/max.ts'
import { suiteScope } from '../support/scope.ts'
import type { Json } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, patienceMs, payout, sumsOn } from '../support/story.ts'
import { until } from '../support/until.ts'

describe('Telegram behind an HTTP proxy and, failing that, a SOCKS5 one', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: MaxService
  let first: SandboxProxy
  let second: SandboxProxy

  before(async () => {
    const telegram = await startTelegramEmulator()
    cleanup(scope, () => telegram.close())
    first = await httpProxy({ login: 'vestnik:Secret' })
    cleanup(scope, () => first.close())
    second = await socksProxy()
    cleanup(scope, () => second.close())
    const started = await startMaxService(scope, {
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.apiRoot,
      TELEGRAM_PROXY_URL: `${first.url('vestnik:Secret')},${second.url()}`,
      TELEGRAM_PROXY_CHECK_SECONDS: '1',
    })
    service = { ...started, telegram }
  })

  const wayOf = async () =>
    (await service.api('GET', '/channels')).body.channels.find(({ channel }: Json) => channel === 'telegram').way
  const wayIs = (words: string) => until(async () => (await wayOf()) === words, patienceMs, `the way is ${words}`)
  const lines = () =>
    service.logLines.filter((line) => line.includes('"channel.way"')).map((line) => JSON.parse(line) as Json)

  it('one that opens the tunnel and hangs is left while nobody sends; what is posted then comes once; healed, it is used again', async () => {
    const person = await linkedSomeone(service)
    await cameTo(service, await accepted(service, payout(person, 1)), 'sent')
    await wayIs(`Через прокси 1 из 2: ${first.url()}.`)

    first.hang(true)
    await wayIs(`Через прокси 2 из 2: ${second.url()}; не пропускают: 1.`)
    const startedAt = Date.now()
    const ids = await Promise.all([2, 3, 4].map((sum) => accepted(service, payout(person, sum))))
    for (const id of ids) {
      const { deliveries } = await cameTo(service, id, 'sent')
      assert.deepEqual([deliveries.length, deliveries[0].attempts.length], [1, 1])
    }
    // What he says comes in by the other one too: the poll that hangs in the first is not waited for.
    service.telegram.person(person.chat).say('меню')
    await service.telegram.waitFor(({ text }) => text.includes('Что показать?'), patienceMs)
    assert.ok(Date.now() - startedAt < 20_000, 'nobody has waited for the end of a poll')

    first.hang(false)
    const healedAt = Date.now()
    await wayIs(`Через прокси 1 из 2: ${first.url()}.`)
    assert.ok(Date.now() - healedAt > 1_500, 'it is believed after several looks, so that nothing flaps')
    await cameTo(service, await accepted(service, payout(person, 5)), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person).toSorted(), [1, 2, 3, 4, 5])
    const told = lines()
    assert.ok(told.some(({ level, working, of }) => level === 40 && working === 1 && of === 2))
    for (const [index, { detail }] of told.entries())
      assert.notEqual(detail, told[index + 1]?.detail, 'a line a change')
    assert.ok(!JSON.stringify(told).includes('Secret'))
  })

  it('when none lets anything through, the administrators and the first page say so, and the end of it', async () => {
    const admin = 910_001
    service.max.person(admin, { firstName: 'Админ' }).start()
    await service.api('PUT', '/alerts', { chats: [{ channel: 'max', address: String(admin) }] })
    const heard = (part: string) =>
      until(
        () => service.max.received.filter(({ userId, text }) => userId === String(admin) && text.includes(part))[0],
        patienceMs,
        `he is told ${part}`,
      )
    first.hang(true)
    second.hang(true)
    await heard('Telegram не принимает сообщения. Ни один прокси не пропускает (всего 2).')
    await wayIs('Ни один прокси не пропускает (всего 2).')
    const metrics = async () => await (await fetch(`${service.url}/metrics`)).text()
    const isNone = async () => (await metrics()).includes('vestnik_channel_ways_working{channel="telegram"} 0\n')
    await until(isNone, patienceMs, 'the metric says so')
    const operator = visitorOf(service.url)
    await operator.post('/login', { username: 'admin', password: 'test-password' })
    assert.match(readable((await operator.get('/today')).text), /Telegram нет связи Ни один прокси не пропускает/)
    second.hang(false)
    await heard('Telegram снова работает. Через прокси 2 из 2')
  })
})
