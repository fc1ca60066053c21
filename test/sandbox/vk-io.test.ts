import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type https from 'node:https'
import { type TestContext, test } from 'node:test'
import { API, APIError, Keyboard, Updates, Upload } from 'vk-io'
import { startVkEmulator, type VkEmulator } from '../../src/sandbox/vk/emulator.ts'
import { portOf } from '../channels/unreachable.ts'

/** vk-io as its users use it: what it takes for VK, the emulator is. */
async function scene(t: TestContext) {
  const emulator = await startVkEmulator()
  t.after(() => emulator.close())
  const api = apiOf(emulator, emulator.token)
  return { emulator, api, ivan: emulator.person(1001, { firstName: 'Иван', lastName: 'Иванов' }) }
}

/** vk-io's own agent speaks only TLS. Guarantee: node-fetch takes either agent, vk-io is typed for the one it makes. */
function plainAgent(): https.Agent {
  return new http.Agent() as unknown as https.Agent
}

function apiOf({ apiRoot }: VkEmulator, token: string): API {
  return new API({ token, apiBaseUrl: apiRoot, agent: plainAgent(), apiLimit: 1000, apiRetryLimit: 0 })
}

function updatesOf(emulator: VkEmulator, api: API, more: object = {}): Updates {
  return new Updates({
    api,
    upload: new Upload({ api }),
    agent: plainAgent(),
    pollingGroupId: Number(emulator.groupId),
    ...more,
  })
}

/** A bot of vk-io that greets, asks and notes what it heard. */
function teach(updates: Updates): string[] {
  const heard: string[] = []
  updates.on('message_new', async (context) => {
    heard.push(`${context.text} ${context.referralValue ?? '-'} ${JSON.stringify(context.messagePayload ?? null)}`)
    const keyboard = Keyboard.builder()
      .callbackButton({ label: 'Понятно', payload: { p: 'ok' }, color: 'positive' })
      .urlButton({ label: 'Сайт', url: 'https://example.com/' })
      .inline()
    await context.send('Здравствуйте!', { keyboard })
  })
  updates.on('message_event', async (context) => {
    heard.push(`press ${JSON.stringify(context.eventPayload)}`)
    await context.answer({ type: 'show_snackbar', text: 'Принято' })
  })
  for (const type of ['message_allow', 'message_deny'] as const) updates.on(type, () => void heard.push(type))
  return heard
}

async function talk({ emulator, ivan }: Awaited<ReturnType<typeof scene>>, heard: string[]): Promise<void> {
  ivan.start({ ref: 'T0k-1', refSource: 'qr' })
  await emulator.waitFor(({ text }) => text === 'Здравствуйте!')
  ivan.press('Понятно')
  await until(() => ivan.notice === 'Принято')
  ivan.block()
  await until(() => heard.length === 4)
  assert.deepEqual(heard, ['message_allow', 'Начать T0k-1 {"command":"start"}', 'press {"p":"ok"}', 'message_deny'])
}

test("vk-io's own bot polls, talks and answers a press against the emulator", { timeout: 60_000 }, async (t) => {
  const place = await scene(t)
  const updates = updatesOf(place.emulator, place.api)
  const heard = teach(updates)
  await updates.startPolling()
  await until(() => place.emulator.longPoll.polls > 0)
  await talk(place, heard)
  place.emulator.longPoll.expireKey()
  await updates.stop()
})

test("vk-io's own callback server confirms itself and hears the same", { timeout: 60_000 }, async (t) => {
  const place = await scene(t)
  const { callbacks } = place.emulator
  const updates = updatesOf(place.emulator, place.api, {
    webhookConfirmation: callbacks.confirmation,
    webhookSecret: 'Sesam',
  })
  const heard = teach(updates)
  const server = http.createServer(updates.getWebhookCallback('/vk'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${portOf(server.address())}/vk`
  assert.equal((await callbacks.connect(url, 'Sesam')).status, 'ok')
  await talk(place, heard)
})

test('vk-io meets the errors and answers of the methods as VK gives them', { timeout: 60_000 }, async (t) => {
  const { emulator, api, ivan } = await scene(t)
  const send = (more: object = {}) => api.messages.send({ peer_id: 1001, random_id: 7, message: 'Выплата', ...more })
  await refused(send(), 901)
  ivan.start()
  const id = await send()
  assert.equal(await send(), id, 'the same random_id, the same message')
  assert.equal(await send({ random_id: 0 }), Number(id) + 1)
  assert.equal(emulator.received.length, 2)
  const many = await api.messages.send({ peer_ids: [1001, 1002], random_id: 8, message: 'Всем' })
  assert.deepEqual(
    Object.values(many).map((each) => each.error?.code),
    [undefined, 901],
  )
  await refused(send({ random_id: 9, keyboard: '{"inline":true,"one_time":true,"buttons":[]}' }), 911)
  await refused(send({ random_id: 9, message: 'x'.repeat(4097) }), 914)
  await refused(send({ random_id: 9, message: ' ' }), 100)
  await refused(api.call('messages.nothing', {}), 3)
  emulator.faults.error(29)
  await refused(send({ random_id: 9 }), 29)
  emulator.faults.expiredToken()
  await refused(send({ random_id: 9 }), 1117)
  ivan.deactivate()
  await refused(send({ random_id: 9 }), 18)
  const { groups } = await api.groups.getById({})
  assert.equal(String(groups?.[0]?.id), emulator.groupId)
  const wrong = apiOf(emulator, 'vk1.a.wrong')
  await refused(wrong.groups.getById({}), 5)
})

async function refused(call: Promise<unknown>, code: number): Promise<void> {
  await assert.rejects(call, (error) => error instanceof APIError && error.code === code)
}

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 10_000
  while (!isSo()) {
    assert.ok(Date.now() < end, 'expected within 10 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
