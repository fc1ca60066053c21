import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DoorRequest, Update } from '../../../src/channels/channel.ts'
import { createWhatsAppChannel } from '../../../src/channels/whatsapp/channel.ts'
import { signatureOf } from '../../../src/sandbox/whatsapp/emulator.ts'
import { until } from '../harness.ts'
import { openDoor, scene, templates } from './scene.ts'

const settings = {
  token: 'EAAtesttesttesttesttest',
  phoneNumberId: '106540352242922',
  apiRoot: 'http://127.0.0.1:1',
  appSecret: 'app-secret',
  verifyToken: 'verify-token',
  templates,
  deadlineMs: 1_000,
  connectTimeoutMs: 500,
}
const phone = '79031234567'

function read(request: Partial<DoorRequest>) {
  const door = createWhatsAppChannel(settings).door
  assert.ok(door)
  return door.read({ method: 'POST', headers: {}, query: {}, body: Buffer.alloc(0), ...request })
}

function posted(body: unknown, sign: (raw: Buffer) => string = (raw) => signatureOf('app-secret', raw)) {
  const raw = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return read({ headers: { 'x-hub-signature-256': sign(raw) }, body: raw })
}

function changes(...values: object[]) {
  const metadata = { display_phone_number: '15550783881', phone_number_id: settings.phoneNumberId }
  return {
    object: 'whatsapp_business_account',
    entry: values.map((value) => ({
      id: '102290129340398',
      changes: [{ value: { messaging_product: 'whatsapp', metadata, ...value }, field: 'messages' }],
    })),
  }
}

const message = { from: phone, id: 'wamid.in', timestamp: '1739321024', type: 'text', text: { body: 'Где деньги?' } }
const at = new Date(1_739_321_024_000)

test('the address is confirmed by the challenge, for the right word only', () => {
  const query = { 'hub.mode': 'subscribe', 'hub.verify_token': 'verify-token', 'hub.challenge': '1158201444' }
  assert.deepEqual(read({ method: 'GET', query }), { status: 200, body: '1158201444', updates: [] })
  const wrong = [
    {},
    { ...query, 'hub.verify_token': 'verify-tokem' },
    { ...query, 'hub.verify_token': ['verify-token'] },
    { ...query, 'hub.mode': 'unsubscribe' },
    { ...query, 'hub.challenge': undefined },
  ]
  for (const each of wrong) assert.equal(read({ method: 'GET', query: each }).status, 403)
})

test('only what the app’s secret has signed comes in, byte for byte', () => {
  const body = JSON.stringify(changes({ messages: [message] }))
  assert.equal(posted(body).updates.length, 1)
  const signature = signatureOf('app-secret', body)
  const forged = [
    signatureOf('app-secreT', body),
    signature.slice(0, -1),
    signature.replace('sha256=', ''),
    signature.replace('sha256=', 'sha1='),
    `${signature} `,
    '',
  ]
  for (const each of forged)
    assert.deepEqual(
      posted(body, () => each),
      { status: 401, body: '', updates: [] },
    )
  assert.equal(read({ body: Buffer.from(body) }).status, 401)
  // The same JSON in other bytes is another body.
  assert.equal(posted(`${body}\n`, () => signature).status, 401)
})

test('a body that is no event of ours is ignored, and never an exception', () => {
  assert.equal(posted('{').status, 400)
  assert.equal(posted(Buffer.from([0xff, 0xfe])).status, 400)
  const strange: unknown[] = [
    null,
    [],
    1,
    {},
    { object: 'page', entry: [] },
    { object: 'whatsapp_business_account' },
    { object: 'whatsapp_business_account', entry: [null, 1, {}, { changes: 'x' }, { changes: [null, {}] }] },
    changes({ messages: 'x', statuses: {} }),
    changes({ messages: [null, {}, { ...message, type: 'image', text: undefined }, { ...message, from: undefined }] }),
    changes({ messages: [{ ...message, type: 'reaction', reaction: { message_id: 'x', emoji: '👍' } }] }),
    changes({
      messages: [{ ...message, type: 'system', system: { type: 'user_changed_number', wa_id: '79030000000' } }],
    }),
    changes({ messages: [{ ...message, group_id: 'g1' }] }),
    changes({ statuses: [{ id: 'wamid.x', status: 'deleted', timestamp: '1' }, { status: 'read' }] }),
    changes({ errors: [{ code: 131051 }] }),
    { ...changes({}), entry: [{ changes: [{ field: 'message_template_status_update', value: { event: 'PAUSED' } }] }] },
  ]
  for (const body of strange) assert.deepEqual(posted(body), { status: 200, body: '', updates: [] })
})

test('another number of the same app is not ours', () => {
  const body = changes({ metadata: { phone_number_id: '999' }, messages: [message] })
  assert.deepEqual(posted(body), { status: 200, body: '', updates: [] })
})

test('three megabytes with several entries are read whole', () => {
  const many = Array.from({ length: 6_000 }, (_, i) => ({
    ...message,
    id: `wamid.${i}`,
    text: { body: 'x'.repeat(450) },
  }))
  const body = changes({ messages: many.slice(0, 3_000) }, { messages: many.slice(3_000) })
  assert.ok(JSON.stringify(body).length > 3_000_000)
  const { status, updates } = posted(body)
  assert.equal(status, 200)
  assert.equal(new Set(updates.map((each) => each.key)).size, 6_000)
})

function updateOf(more: object, value: object = {}): Update | undefined {
  return posted(changes({ ...value, messages: [{ ...message, text: undefined, ...more }] })).updates[0]
}

test('texts, starts and presses come as what they are', () => {
  const base = { key: 'm:wamid.in', address: phone, at }
  const text = (body: string) => updateOf({ text: { body } })
  assert.deepEqual(text('Где деньги?'), { ...base, kind: 'text', text: 'Где деньги?' })
  assert.deepEqual(text('/start code_1'), { ...base, kind: 'start', payload: 'code_1' })
  for (const each of ['/start', 'start', ' Старт ', 'начать']) assert.deepEqual(text(each), { ...base, kind: 'start' })
  const press = { ...base, kind: 'press', payload: 'consent:yes', pressId: 'wamid.in', messageId: 'wamid.out' }
  const context = { from: '15550783881', id: 'wamid.out' }
  assert.deepEqual(updateOf({ type: 'button', context, button: { payload: 'consent:yes', text: 'Согласен' } }), press)
  const reply = { id: 'consent:yes', title: 'Согласен' }
  for (const type of ['button_reply', 'list_reply'])
    assert.deepEqual(updateOf({ type: 'interactive', context, interactive: { type, [type]: reply } }), press)
})

test('a press of «send my number» proves the number that Meta names as the sender, and nothing else does', () => {
  const contacts = [{ profile: { name: 'Иван' }, wa_id: phone, user_id: 'RU.1' }]
  const button_reply = { id: 'vestnik:own_phone', title: 'Отправить мой номер' }
  const shared = { type: 'interactive', interactive: { type: 'button_reply', button_reply } }
  const own = updateOf(shared, { contacts })
  assert.ok(own?.kind === 'contact' && own.own && own.phone === `+${phone}` && own.fullName === 'Иван')
  // Who shows a user name has no phone that we could know.
  const hidden = updateOf({ ...shared, from: undefined, from_user_id: 'RU.1' })
  assert.ok(hidden?.kind === 'text' && hidden.address === 'RU.1')
  const card = (digits: string) => ({
    type: 'contacts',
    contacts: [{ phones: [{ phone: `+${digits}`, wa_id: digits }] }],
  })
  const foreign = updateOf(card('79990001122'))
  assert.ok(foreign?.kind === 'contact' && !foreign.own && foreign.phone === '+79990001122')
  const ownCard = updateOf(card(phone))
  assert.ok(ownCard?.kind === 'contact' && ownCard.own)
  const hiddenCard = updateOf({ ...card(phone), from: undefined, from_user_id: 'RU.1' })
  assert.ok(hiddenCard?.kind === 'contact' && !hiddenCard.own)
})

test('statuses are receipts that carry our own id, with or without a phone', () => {
  const status = { id: 'wamid.out', timestamp: '1739321024', recipient_id: phone, biz_opaque_callback_data: 'dlv_1' }
  const receipts = (more: object) => posted(changes({ statuses: [{ ...status, ...more }] })).updates
  const base = { address: phone, at, kind: 'receipt', providerMessageId: 'wamid.out', deliveryId: 'dlv_1' }
  assert.deepEqual(
    (['sent', 'delivered', 'read'] as const).flatMap((each) => receipts({ status: each })),
    [
      { ...base, key: 's:wamid.out:sent', state: 'taken' },
      { ...base, key: 's:wamid.out:delivered', state: 'delivered' },
      { ...base, key: 's:wamid.out:read', state: 'read' },
    ],
  )
  const errors = [{ code: 131026, title: 'Message undeliverable', error_data: { details: 'Message Undeliverable.' } }]
  const [failed] = receipts({ status: 'failed', errors })
  assert.ok(failed?.kind === 'receipt' && failed.state === 'failed')
  assert.ok(failed.outcome?.kind === 'refused' && failed.outcome.reason === 'not_found')
  const [bare] = receipts({ status: 'failed' })
  assert.ok(bare?.kind === 'receipt' && bare.outcome?.kind === 'refused')
  const [hidden] = receipts({ status: 'read', recipient_id: undefined, recipient_user_id: 'RU.1' })
  assert.equal(hidden?.address, 'RU.1')
})

test('a moment that no calendar holds does not keep an update from being stored', () => {
  for (const timestamp of ['99999999999999999', '4102444800', 1e300]) {
    const update = updateOf({ timestamp, text: { body: 'x' } })
    assert.ok(update && update.at <= new Date() && !Number.isNaN(update.at.getTime()))
  }
})

test('reordered, repeated and batched calls bring each update under the same key', async (t) => {
  const given = await scene(t)
  const { emulator, channel } = given
  const taken: Update[] = []
  const door = await openDoor(given, async (update) => void taken.push(update))
  t.after(() => door.close())
  const hands = emulator.person(phone)
  emulator.webhooks.hold()
  hands.say('раз')
  await channel.send({ address: phone, message: { text: 'два' }, deliveryId: 'dlv_1', lastWroteAt: new Date() })
  hands.read()
  emulator.webhooks.resume({ reversed: true, together: true, times: 2 })
  await until(() => taken.length === 8)
  assert.deepEqual(
    taken.slice(0, 4).map((each) => (each.kind === 'receipt' ? each.state : each.kind)),
    ['read', 'delivered', 'taken', 'text'],
  )
  assert.equal(new Set(taken.map((each) => each.key)).size, 4)
})
