import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEvent } from '../../../src/channels/vk/updates.ts'

const now = new Date('2025-11-23T09:43:00Z')
const message = { id: 7, date: 1_763_890_980, from_id: 1001, peer_id: 1001, conversation_message_id: 3, text: '' }
const base = { key: 'e1', address: '1001', at: new Date(1_763_890_980_000) }

const read = (type: string, object: unknown) =>
  readEvent({ type, object, group_id: 5, event_id: 'e1', v: '5.199' }, now)?.update
const wrote = (more: object) => read('message_new', { message: { ...message, ...more }, client_info: {} })

test('a dialog starts by the button, by a link with its ref, by the word, or by a key of the widget', () => {
  const start = { ...base, kind: 'start' }
  assert.deepEqual(wrote({ text: 'Начать', payload: '{"command":"start"}' }), start)
  assert.deepEqual(wrote({ text: 'Начать', payload: '{"command":"start"}', ref: 'T0k-1', ref_source: 'qr' }), {
    ...start,
    payload: 'T0k-1',
  })
  assert.deepEqual(wrote({ text: 'Где деньги?', ref: 'T0k-1' }), { ...start, payload: 'T0k-1' })
  for (const text of ['/start', 'Начать', ' начать ', 'Старт', 'START']) assert.deepEqual(wrote({ text }), start)
  assert.deepEqual(read('message_allow', { user_id: 1001, key: 'T0k-2' }), { ...start, at: now, payload: 'T0k-2' })
})

test('who came by a link and wants to leave is heard', () => {
  for (const text of ['/stop', 'СТОП', 'отписаться']) {
    assert.deepEqual(wrote({ text, ref: 'T0k-1' }), { ...base, kind: 'text', text })
  }
})

test('other words are text, letter for letter', () => {
  for (const text of ['/starting', 'Начать сначала', ' Где <деньги>?\n', '/stop please']) {
    assert.deepEqual(wrote({ text }), { ...base, kind: 'text', text })
  }
  assert.deepEqual(wrote({ text: 'x', payload: 'not json' }), { ...base, kind: 'text', text: 'x' })
})

test('permission and its end are told apart', () => {
  assert.deepEqual(read('message_deny', { user_id: 1001 }), { ...base, at: now, kind: 'blocked' })
  const back = { ...base, at: now, kind: 'unblocked' }
  assert.deepEqual(read('message_allow', { user_id: 1001, key: '' }), back)
  assert.deepEqual(read('message_allow', { user_id: 1001 }), back)
})

test('a press carries what we put into the button', () => {
  const press = { user_id: 1001, peer_id: 1001, event_id: 'p9', payload: { p: 'ok:1' }, conversation_message_id: 3 }
  const expected = { ...base, at: now, kind: 'press', payload: 'ok:1', pressId: 'p9' }
  assert.deepEqual(read('message_event', press), expected)
  assert.deepEqual(read('message_event', { ...press, payload: '{"p":"ok:1"}' }), expected)
  for (const payload of [undefined, null, {}, { p: 1 }, 'x', []]) {
    assert.equal(read('message_event', { ...press, payload }), undefined)
  }
})

test('a reading is a receipt for all up to that message', () => {
  const event = { from_id: 1001, peer_id: 1001, read_message_id: 100_007, conversation_message_id: 3 }
  assert.deepEqual(read('message_read', event), {
    ...base,
    at: now,
    kind: 'receipt',
    state: 'read',
    providerMessageId: '100007',
    upTo: true,
  })
  assert.equal(read('message_read', { ...event, read_message_id: 0 }), undefined)
  assert.equal(read('message_read', { ...event, from_id: -5 }), undefined)
})

test('what is of no use to us is an event all the same', () => {
  const useless: [string, unknown][] = [
    ['message_reply', { ...message, text: 'наше же' }],
    ['message_typing_state', { from_id: 1001, to_id: -5, state: 'typing' }],
    ['wall_post_new', { id: 1 }],
    ['toString', {}],
    ['__proto__', {}],
    ['message_new', { message: { ...message, peer_id: 2_000_000_001, text: 'в беседе' } }],
    ['message_new', { message: { ...message, from_id: -77, peer_id: -77, text: 'сообщество' } }],
    ['message_new', { message: { ...message, text: '', attachments: [{ type: 'sticker' }] } }],
    ['message_new', { ...message, text: 'до версии 5.103' }],
    ['message_new', null],
    ['message_event', 'x'],
    ['message_deny', { user_id: 0 }],
    ['message_allow', [1]],
  ]
  for (const [type, object] of useless) {
    const event = readEvent({ type, object, group_id: 5, event_id: 'e1' }, now)
    assert.deepEqual([event?.type, event?.groupId, event?.update], [type, '5', undefined])
  }
})

test('an event without an id is known by what it says', () => {
  const event = (text: string) =>
    readEvent({ type: 'message_new', group_id: 5, object: { message: { ...message, text } } }, now)?.update?.key
  assert.match(event('x') ?? '', /^[0-9a-f]{64}$/)
  assert.equal(event('x'), event('x'))
  assert.notEqual(event('x'), event('y'))
})

test('what is not an event at all is nothing', () => {
  for (const raw of [undefined, null, 'x', 5, [], {}, { type: 'message_new' }, { type: 1, group_id: 5 }]) {
    assert.equal(readEvent(raw, now), undefined)
  }
})
