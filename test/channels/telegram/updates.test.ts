import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readUpdate } from '../../../src/channels/telegram/updates.ts'

const now = new Date('2025-11-23T09:43:00Z')
const chat = { id: 1001, type: 'private', first_name: 'Иван' }
const from = { id: 1001, is_bot: false, first_name: 'Иван' }
const message = { message_id: 7, date: 1_763_890_980, chat, from }
const base = { key: '900', address: '1001', at: new Date(1_763_890_980_000) }

const read = (body: object) => readUpdate({ update_id: 900, ...body }, now)?.update

test('a start comes with or without the payload of its link', () => {
  assert.deepEqual(read({ message: { ...message, text: '/start' } }), { ...base, kind: 'start' })
  const expected = { ...base, kind: 'start', payload: 'ab-C_1' }
  assert.deepEqual(read({ message: { ...message, text: '/start ab-C_1' } }), expected)
  assert.deepEqual(read({ message: { ...message, text: '/start@vestnik_bot ab-C_1' } }), expected)
})

test('other commands and words are text, letter for letter', () => {
  for (const text of ['/stop', '/starting', '/start now please', ' Где <деньги>?\n', 'СТОП']) {
    assert.deepEqual(read({ message: { ...message, text } }), { ...base, kind: 'text', text })
  }
})

test('a number is proven only when Telegram names its owner and he is the sender', () => {
  const own = (contact: object, sender = from) => {
    const update = read({ message: { ...message, from: sender, contact } })
    return update?.kind === 'contact' ? update : undefined
  }
  const card = { phone_number: '79031234567', first_name: 'Иван', last_name: 'Иванов' }
  assert.deepEqual(own({ ...card, user_id: 1001 }), {
    ...base,
    kind: 'contact',
    phone: '+79031234567',
    own: true,
    fullName: 'Иванов Иван',
  })
  assert.deepEqual(own({ ...card, phone_number: '+79031234567', user_id: 1001 })?.phone, '+79031234567')
  assert.equal(own(card)?.own, false, 'a card typed by hand')
  assert.equal(own(card)?.fullName, undefined)
  assert.equal(own({ ...card, user_id: 2002 })?.own, false, "somebody else's card")
  assert.equal(own({ ...card, user_id: 1001 }, { ...from, id: 2002 })?.own, false, 'our card sent by another')
})

test('a press is timed by its arrival and lies in the chat of its message', () => {
  const press = { id: '77', from, data: 'ok:1', chat_instance: '1' }
  const expected = { ...base, at: now, kind: 'press', payload: 'ok:1', pressId: '77' }
  assert.deepEqual(read({ callback_query: { ...press, message } }), { ...expected, messageId: '7' })
  assert.deepEqual(read({ callback_query: press }), expected)
})

test('blocking and coming back are told apart', () => {
  const member = (status: string) =>
    read({ my_chat_member: { chat, from, date: message.date, new_chat_member: { status } } })
  assert.deepEqual(member('kicked'), { ...base, kind: 'blocked' })
  assert.deepEqual(member('member'), { ...base, kind: 'unblocked' })
  assert.equal(member('administrator'), undefined)
})

test('what is of no use to us still has its number, so that the polling can step over it', () => {
  const group = { id: -5, type: 'group', title: 'Группа' }
  const useless = [
    {},
    { poll: { id: '1' } },
    { edited_message: { ...message, text: '/start' } },
    { message: { ...message, sticker: {} } },
    { message: { ...message, chat: group, text: '/start' } },
    { message: { ...message, from: undefined, text: 'x' } },
    { message: 'text' },
    { callback_query: { id: '1', from, game_short_name: 'x' } },
    { callback_query: { id: '1', from, data: 'x', message: { ...message, chat: group } } },
    { my_chat_member: { chat: group, from, date: 1, new_chat_member: { status: 'kicked' } } },
  ]
  for (const body of useless) assert.deepEqual(readUpdate({ update_id: 900, ...body }, now), { id: 900 })
})

test('what is not an update at all is nothing', () => {
  for (const raw of [undefined, null, 'x', 5, [], {}, { update_id: 'x' }, { update_id: 1.5 }]) {
    assert.equal(readUpdate(raw, now), undefined)
  }
})
