import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { readUpdate } from '../../../src/channels/max/updates.ts'

const token = 'f9LHodD0cOLtesttesttesttest'
const timestamp = 1_775_025_604_499
const at = new Date(timestamp)
const user = { user_id: 123456789, first_name: 'Иван', last_name: 'Иванов', is_bot: false, name: 'Иван Иванов' }
const membership = { timestamp, chat_id: 182182182, user, user_locale: 'ru' }
const dialog = { chat_id: 182182182, chat_type: 'dialog', user_id: 229 }
const body = { mid: 'mid.1', seq: 1, text: 'x' }
const message = { recipient: dialog, timestamp, body, sender: user }

const read = (raw: unknown) => readUpdate(raw, token)
const created = (change: object) =>
  read({ update_type: 'message_created', timestamp, message: { ...message, ...change } })
const said = (text: string | null) => created({ body: { ...body, text } })

test('a start bears the payload of its link, in the fixture of the official client too', () => {
  const start = { update_type: 'bot_started', ...membership }
  const expected = {
    key: 'bot_started:1775025604499:182182182:123456789',
    address: '123456789',
    at,
    kind: 'start',
  }
  // user_id and the like stand there beside what is documented.
  assert.deepEqual(read({ ...start, user_id: 123456789 }), expected)
  assert.deepEqual(read({ ...start, payload: 'ab-C_1' }), { ...expected, payload: 'ab-C_1' })
  assert.deepEqual(read({ ...start, payload: null }), expected)
})

test('whoever has a dialog starts again by writing it', () => {
  const base = { key: 'message_created:1775025604499:mid.1', address: '123456789', at }
  assert.deepEqual(said('/start'), { ...base, kind: 'start' })
  assert.deepEqual(said('/start ab-C_1'), { ...base, kind: 'start', payload: 'ab-C_1' })
  for (const text of ['/stop', '/starting', '/start now please', ' Где <деньги>?\n', 'СТОП']) {
    assert.deepEqual(said(text), { ...base, kind: 'text', text })
  }
})

test('a stopped bot and a removed dialog are the same to us: he is not to be reached', () => {
  for (const update_type of ['bot_stopped', 'dialog_removed']) {
    const key = `${update_type}:1775025604499:182182182:123456789`
    assert.deepEqual(read({ update_type, ...membership }), { key, address: '123456789', at, kind: 'blocked' })
  }
})

test('a press lies in the chat of its message, and a second one of the same keyboard is another', () => {
  const callback = { timestamp: timestamp + 5, callback_id: 'f9LH', payload: 'ok:1', user }
  const expected = {
    key: 'message_callback:1775025604504:f9LH',
    address: '123456789',
    at: new Date(timestamp + 5),
    kind: 'press',
    payload: 'ok:1',
    pressId: 'f9LH',
  }
  const press = (change: object, rest: object = { message }) =>
    read({ update_type: 'message_callback', timestamp, callback: { ...callback, ...change }, ...rest })
  assert.deepEqual(press({}), { ...expected, messageId: 'mid.1' })
  assert.deepEqual(press({}, { message: null }), expected)
  assert.notEqual(press({ timestamp: timestamp + 6 })?.key, expected.key)
})

const card = (tel: string) => `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Иван\r\n${tel}\r\nEND:VCARD\r\n`
const mobile = card('TEL;TYPE=cell:79031234567')
const hashOf = (text: string, key = token) => createHmac('sha256', key).update(text).digest('hex')
const contactOf = (payload: object, sender: object = user) => {
  const update = created({ sender, body: { ...body, text: '', attachments: [{ type: 'contact', payload }] } })
  assert.ok(update?.kind === 'contact')
  return update
}

test('a number is proven only by the hash of MAX over the card, and only for its owner', () => {
  const proven = { vcf_info: mobile, hash: hashOf(mobile), max_info: user }
  const own = contactOf(proven)
  assert.deepEqual([own.own, own.phone, own.fullName], [true, '+79031234567', 'Иванов Иван'])
  const unproven: [why: string, payload: object, sender?: object][] = [
    ['attached by hand', { vcf_info: mobile, max_info: user }],
    ['no hash', { ...proven, hash: null }],
    ['an empty hash', { ...proven, hash: '' }],
    ['not a hash', { ...proven, hash: 'true' }],
    ['a shortened hash', { ...proven, hash: proven.hash.slice(0, 62) }],
    ['a hash by another token', { ...proven, hash: hashOf(mobile, 'another') }],
    ['another number under the same hash', { ...proven, vcf_info: card('TEL:+79990001122') }],
    ["somebody else's card", { ...proven, max_info: { ...user, user_id: 5 } }],
    ['nobody named', { ...proven, max_info: null }],
    ['our card sent by another', proven, { ...user, user_id: 5 }],
    ['no number in it', { ...proven, vcf_info: card('N:Иван'), hash: hashOf(card('N:Иван')) }],
    ['no card', { hash: hashOf(''), max_info: user }],
  ]
  for (const [why, payload, sender] of unproven) {
    const update = contactOf(payload, sender)
    assert.equal(update.own, false, why)
    assert.equal(update.fullName, undefined, why)
  }
})

test('a card comes in several spellings', () => {
  const escaped = mobile.replaceAll('\r\n', '\\r\\n')
  assert.equal(contactOf({ vcf_info: escaped, hash: hashOf(mobile), max_info: user }).own, true)
  const phones: [tel: string, phone: string][] = [
    ['TEL:+79031234567', '+79031234567'],
    ['tel;type=CELL;type=pref:79031234567', '+79031234567'],
    ['item1.TEL;waid=79031234567:+7 903 123-45-67', '+7 903 123-45-67'],
    ['TEL;VALUE=uri:tel:+79031234567', '+79031234567'],
    ['TEL:375291234567', '+375291234567'],
    ['TEL:89031234567', '89031234567'],
  ]
  for (const [tel, phone] of phones) {
    const vcf_info = card(tel)
    assert.equal(contactOf({ vcf_info, hash: hashOf(vcf_info).toUpperCase(), max_info: user }).phone, phone)
  }
})

test('what is of no use to us is nothing, and never an exception', () => {
  const chat = { chat_id: -5, chat_type: 'chat' }
  const useless: unknown[] = [
    undefined,
    null,
    'x',
    5,
    [],
    {},
    { update_type: 'message_created' },
    { update_type: 'message_edited', timestamp, message },
    { update_type: 'dialog_muted', ...membership },
    { update_type: 'something_new', ...membership },
    { update_type: 'bot_started', ...membership, timestamp: 1e20 },
    { update_type: 'bot_started', ...membership, timestamp: -1 },
    { update_type: 'bot_started', ...membership, user: { user_id: 'x' } },
    { update_type: 'bot_stopped', timestamp },
    { update_type: 'message_callback', timestamp, callback: { timestamp, callback_id: 'x', user } },
    {
      update_type: 'message_callback',
      timestamp,
      callback: { timestamp, callback_id: 'x', payload: 'p', user },
      message: { ...message, recipient: chat },
    },
  ]
  for (const raw of useless) assert.equal(read(raw), undefined, JSON.stringify(raw))
  for (const change of [
    { recipient: chat },
    { sender: undefined },
    { sender: { ...user, is_bot: true } },
    { body: { ...body, text: null } },
    { body: { ...body, text: '', attachments: [{ type: 'image', payload: { url: 'x' } }, null, 5] } },
  ]) {
    assert.equal(created(change), undefined, JSON.stringify(change))
  }
})
