import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startTelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { httpProxy, socksProxy } from '../channels/proxies.ts'
import { cleanup } from '../support/cleanup.ts'
import { startMaxService } from '../support/max.ts'
import { accepted, cameTo, linkedSomeone, patienceMs, payout, sumsOn } from '../support/story.ts'
import { until } from '../support/until.ts'

/** A service that reaches Telegram by an HTTP proxy and, failing that, by a SOCKS5 one, and looks after both every second or two. */
async function scene(t: TestContext) {
  const telegram = await startTelegramEmulator()
  cleanup(t, () => telegram.close())
  const [first, second] = [await httpProxy({ login: 'vestnik:Secret' }), await socksProxy()]
  for (const each of [first, second]) cleanup(t, () => each.close())
  const service = await startMaxService(t, {
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    TELEGRAM_PROXY_URL: `${first.url('vestnik:Secret')},${second.url()}`,
    TELEGRAM_PROXY_CHECK_SECONDS: '2',
  })
  const wayIs = (part: string) =>
    until(
      async () => {
        const { body } = await service.api('GET', '/channels')
        return String(body.channels.find(({ channel }: { channel: string }) => channel === 'telegram').way).includes(
          part,
        )
      },
      patienceMs,
      `the way is ${part}`,
    )
  const ways = () => service.logLines.filter((line) => line.includes('"channel.way"')).map((line) => JSON.parse(line))
  return { service: { ...service, telegram }, first, second, wayIs, ways }
}

test('a proxy that hangs is left while nothing is being sent, and what is posted then comes once; healed, it is used again', async (t) => {
  const { service, first, second, wayIs, ways } = await scene(t)
  const person = await linkedSomeone(service)
  await cameTo(service, await accepted(service, payout(person, 1)), 'sent')
  await wayIs(`Через прокси 1 из 2: ${first.url()}.`)
  assert.ok(!ways().some((line) => JSON.stringify(line).includes('Secret')))

  first.hang(true)
  await wayIs(`Через прокси 2 из 2: ${second.url()}; не пропускают: 1.`)
  const startedAt = Date.now()
  const ids = await Promise.all([2, 3, 4].map((sum) => accepted(service, payout(person, sum))))
  for (const id of ids) {
    const { deliveries } = await cameTo(service, id, 'sent')
    assert.deepEqual([deliveries.length, deliveries[0].attempts.length], [1, 1])
  }
  assert.ok(Date.now() - startedAt < 5_000, 'nobody waits for a deadline')
  // His words come in by the other proxy too: the poll that hangs in the first is let go.
  service.telegram.person(person.chat).say('меню')
  await service.telegram.waitFor(({ text }) => text.includes('Что показать?'), 8_000)

  first.hang(false)
  await wayIs(`Через прокси 1 из 2: ${first.url()}.`)
  assert.ok(Date.now() - startedAt > 2_000, 'it is believed only after several looks')
  await cameTo(service, await accepted(service, payout(person, 5)), 'sent')
  assert.deepEqual(sumsOn(service.telegram, person).toSorted(), [1, 2, 3, 4, 5])
  assert.deepEqual(
    ways().map(({ level, working, of }) => [level, working, of]),
    [
      [30, 2, 2],
      [40, 1, 2],
      [30, 2, 2],
    ],
    'a line a change',
  )
})

test('when no proxy lets anything through the administrators hear of it by another messenger, and of the end of it', async (t) => {
  const { service, first, second, wayIs } = await scene(t)
  const admin = 910_001
  service.max.person(admin, { firstName: 'Админ' }).start()
  await service.api('PUT', '/alerts', { chats: [{ channel: 'max', address: String(admin) }] })
  await wayIs('Через прокси 1')
  const told = (part: string) =>
    until(
      () => service.max.received.filter(({ userId, text }) => userId === String(admin) && text.includes(part)).length,
      patienceMs,
      `he is told ${part}`,
    )
  first.hang(true)
  second.hang(true)
  await wayIs('Ни один прокси не пропускает')
  assert.equal(await told('Telegram не принимает сообщения. Ни один прокси не пропускает (всего 2).'), 1)
  assert.match(
    await (await fetch(`${service.url}/metrics`)).text(),
    /vestnik_channel_ways_working\{channel="telegram"\} 0/,
  )
  second.hang(false)
  await wayIs('Через прокси 2 из 2')
  assert.equal(await told('Telegram снова работает. Через прокси 2 из 2'), 1)
})
