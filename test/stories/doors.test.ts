import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { type ChannelName, channelNames } from '../../src/channels/channel.ts'
import { sql } from '../../src/db/sql.ts'
import { type Call, callerOf, newAddress, newKey, telegramSecret } from '../support/callers.ts'
import { suiteScope } from '../support/scope.ts'
import { accepted, patienceMs, payout } from '../support/story.ts'
import { startTown, type Town } from '../support/town.ts'
import { until } from '../support/until.ts'

describe('who knocks at the doors of the messengers', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let town: Town

  before(async () => {
    town = await startTown(scope, { TELEGRAM_UPDATES: 'webhook', TELEGRAM_WEBHOOK_SECRET: telegramSecret })
    const isOpen = (line: string) => line.includes('bot.door_open') && line.includes('"telegram"')
    await until(() => town.logLines.find(isOpen), patienceMs, 'Telegram knows the door')
    // The address that it was told leads nowhere from here.
    const hook = { url: `${town.url}/channels/telegram`, secret_token: telegramSecret }
    const { status } = await post(`${town.telegram.apiRoot}/bot${town.telegram.token}/setWebhook`, {}, hook)
    assert.equal(status, 200)
  })

  const knock = async (channel: ChannelName, { headers, body }: Call) => {
    const answer = await post(`${town.url}/channels/${channel}`, headers, body)
    return { status: answer.status, text: await answer.text() }
  }
  const counted = async (metric: string) => {
    const lines = (await (await fetch(`${town.url}/metrics`)).text()).split('\n')
    return Number(lines.find((line) => line.startsWith(`${metric} `))?.split(' ')[1] ?? 0)
  }
  const updatesOf = (channel: ChannelName, kind: string) =>
    counted(`vestnik_updates_total{channel="${channel}",kind="${kind}"}`)
  const kept = async (channel: ChannelName) =>
    await town.services.db.many(
      z.object({ key: z.string(), handled: z.boolean() }),
      sql`select key, handled_at is not null as handled from updates where channel = ${channel}`,
    )
  const worked = (channel: ChannelName, keys: readonly number[]) =>
    until(
      async () => {
        const ours = (await kept(channel)).filter(({ key }) => keys.some((each) => key.includes(String(each))))
        return ours.length === keys.length && ours.every(({ handled }) => handled)
      },
      patienceMs,
      `${keys.length} updates are worked, each once`,
    )

  for (const channel of channelNames) {
    it(`${channel}: what it may invent one day, and three megabytes of it, is taken with thanks, counted, and changes nothing`, async () => {
      const { genuine, accepts, unknown } = callerOf(town, channel)
      const [before, rows] = [await updatesOf(channel, 'ignored'), (await kept(channel)).length]
      const strange = [...unknown, { ...unknown[0], padding: 'ж'.repeat(1_500_000) }]
      for (const update of strange) {
        const { status, text } = await knock(channel, genuine(update))
        assert.deepEqual([status, text], [200, accepts], JSON.stringify(update).slice(0, 200))
      }
      assert.equal((await updatesOf(channel, 'ignored')) - before, strange.length)
      assert.equal((await kept(channel)).length, rows)
    })

    it(`${channel}: who does not know the secret, or speaks for another, changes nothing`, async () => {
      const { forged, text } = callerOf(town, channel)
      const rows = (await kept(channel)).length
      for (const [what, call, status] of forged(text(newAddress(channel), 'стоп', newKey())))
        assert.equal((await knock(channel, call)).status, status, what)
      assert.equal((await kept(channel)).length, rows)
    })

    it(`${channel}: a call that is replayed is worked once`, async () => {
      const { genuine, text } = callerOf(town, channel)
      const before = await updatesOf(channel, 'repeated')
      const key = newKey()
      const call = genuine(text(newAddress(channel), 'меню', key))
      for (let times = 0; times < 3; times++) assert.equal((await knock(channel, call)).status, 200)
      await worked(channel, [key])
      assert.equal((await updatesOf(channel, 'repeated')) - before, 2)
    })

    it(`${channel}: neither another’s card nor a press on another’s message gets anybody anything`, async () => {
      const { genuine, press, foreignCard } = callerOf(town, channel)
      const [owner, stranger] = [newAddress(channel), newAddress(channel)]
      const phone = channel === 'whatsapp' ? `+${owner}` : `+7905${owner.slice(-7).padStart(7, '1')}`
      const id = `owner-${channel}`
      personIn(town, channel, owner)
      await town.api('PUT', `/clients/${id}`, {
        phone,
        contacts: [{ channel, address: owner }],
        consents: [{ purpose: 'service', granted: true, text: 'Анкета', at: new Date().toISOString() }],
      })
      const event = await accepted(town, payout({ id }, 61))
      const told = async () => (await town.api('GET', `/events/${event}`)).body.notifications?.[0]
      const { deliveries } = await until(
        async () => {
          const notification = await told()
          return ['sent', 'delivered'].includes(notification?.state) ? notification : undefined
        },
        patienceMs,
        'his message has left',
      )
      const refused = `vestnik_bot_refused_total{channel="${channel}",why="press"}`
      const before = await counted(refused)
      const keys = [newKey(), newKey()] as const
      const tries = [press(stranger, `ok:${deliveries[0].id}`, keys[0])]
      if (foreignCard) tries.push(foreignCard(stranger, owner, phone, keys[1]))
      for (const update of tries) assert.equal((await knock(channel, genuine(update))).status, 200)
      await worked(channel, keys.slice(0, tries.length))
      assert.equal((await counted(refused)) - before, 1)
      assert.equal((await told()).deliveries[0].engagement, undefined)
      const { contacts } = (await town.api('GET', `/clients/${id}`)).body
      assert.deepEqual(
        contacts.map(({ address }: { address: string }) => address),
        [owner],
      )
    })
  }
})

/** Somebody who may be written to. */
function personIn(town: Town, channel: ChannelName, address: string): void {
  if (channel === 'whatsapp') town.whatsapp.person(address, { name: 'Иван' }).say('здравствуйте')
  else town[channel].person(Number(address), { firstName: 'Иван' }).start()
}

function post(url: string, headers: Record<string, string>, body: string | object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}
