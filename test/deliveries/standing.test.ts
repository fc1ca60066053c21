import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Guard } from '../../src/deliveries/delivery.ts'
import { type Facts, standingOf } from '../../src/deliveries/standing.ts'

const now = new Date('2025-11-23T12:00:00Z')
const minute = 60_000

const free: Facts = {
  channel: 'telegram',
  isBehind: false,
  isRepeat: false,
  isErased: false,
  isTest: false,
  isTeamOnly: false,
  lane: 'money',
  purpose: 'service',
  zone: 'Europe/Moscow',
  branch: null,
  ownQuiet: null,
  hasContact: true,
  contactIsCurrent: true,
  blockedReason: null,
  isTeam: false,
  consent: true,
  nextAttemptAt: null,
  expiresAt: new Date(now.getTime() + minute),
  chatFreeAt: new Date(0),
  chatIntervalMs: 1_000,
}
const open: Guard = { sendMode: 'live', channels: ['telegram'], forbidden: [], afterQuiet: (at) => at }

const near = fc.integer({ min: -minute, max: minute }).map((ms) => new Date(now.getTime() + ms))
const facts: fc.Arbitrary<Facts> = fc.record({
  channel: fc.constantFrom('telegram', 'vk'),
  isBehind: fc.boolean(),
  isRepeat: fc.boolean(),
  isErased: fc.boolean(),
  isTest: fc.boolean(),
  isTeamOnly: fc.boolean(),
  lane: fc.constantFrom('money', 'ordinary'),
  purpose: fc.constantFrom('service', 'advertising'),
  zone: fc.constant('Europe/Moscow'),
  branch: fc.constant(null),
  ownQuiet: fc.constant(null),
  hasContact: fc.boolean(),
  contactIsCurrent: fc.boolean(),
  blockedReason: fc.constantFrom('blocked', 'not_found', null),
  isTeam: fc.boolean(),
  consent: fc.constantFrom(true, false, null),
  nextAttemptAt: fc.option(near),
  expiresAt: near,
  chatFreeAt: near,
  chatIntervalMs: fc.constantFrom(1_000, 6_000),
})
const guards: fc.Arbitrary<Guard> = fc.record({
  sendMode: fc.constantFrom('live', 'team', 'test'),
  channels: fc.constantFrom(['telegram'] as const, ['telegram', 'vk'] as const, [] as const),
  forbidden: fc.constantFrom(['telegram'] as const, [] as const),
  afterQuiet: fc.constant((at: Date) => at),
})

describe('whether a message may leave now', () => {
  const cases: [title: string, more: Partial<Facts>, guard: Partial<Guard>, expected: object][] = [
    ['nothing speaks against it', {}, {}, { kind: 'go' }],
    ['its client was erased', { isErased: true }, {}, skipped('erased')],
    [
      'it is no money, and the night has begun since it was planned',
      { lane: 'ordinary' },
      { afterQuiet: (at, { kind }) => (kind === 'service' ? new Date(at.getTime() + 3_600_000) : at) },
      { kind: 'early', at: new Date(now.getTime() + 3_600_000), isQuiet: true },
    ],
    [
      'it is money, and nothing else leaves at night',
      {},
      { afterQuiet: (at, { kind }) => (kind === 'money' ? at : new Date(at.getTime() + 3_600_000)) },
      { kind: 'go' },
    ],
    [
      'it is advertising, whose hours are wider',
      { lane: 'ordinary', purpose: 'advertising' },
      { afterQuiet: (at, { kind }) => (kind === 'promo' ? new Date(at.getTime() + 3_600_000) : at) },
      { kind: 'early', at: new Date(now.getTime() + 3_600_000), isQuiet: true },
    ],
    ['it is a test event', { isTest: true }, {}, skipped('test_mode')],
    ['the service is in test mode', {}, { sendMode: 'test' }, skipped('test_mode')],
    ['the service writes only to the team', {}, { sendMode: 'team' }, skipped('not_team')],
    ['the service writes only to the team, and he is of it', { isTeam: true }, { sendMode: 'team' }, { kind: 'go' }],
    ['the channel was closed meanwhile', {}, { channels: [] }, skipped('channel_off')],
    ['his contact is gone', { hasContact: false }, {}, skipped('no_contact')],
    ['his phone is another one now', { contactIsCurrent: false }, {}, skipped('no_contact')],
    ['he never consented', { consent: null }, {}, skipped('no_consent')],
    ['he opted out', { consent: false }, {}, skipped('opted_out')],
    ['he blocked the bot', { blockedReason: 'blocked' }, {}, { kind: 'drop', state: 'failed', reason: 'blocked' }],
    ['it is too old', { expiresAt: now }, {}, { kind: 'drop', state: 'failed', reason: 'expired' }],
    ['an earlier message of his waits', { isBehind: true }, {}, { kind: 'behind' }],
    ['it is a rehearsal to a test phone', { channel: 'sandbox', isTest: true, consent: null }, {}, { kind: 'go' }],
    [
      'a rehearsal to a test phone wakes nobody at night',
      { channel: 'sandbox', lane: 'ordinary' },
      { afterQuiet: () => at(5_000) },
      { kind: 'go' },
    ],
    [
      'the one repeat after a lost answer does not wait for the morning',
      { isRepeat: true, lane: 'ordinary' },
      { afterQuiet: () => at(5_000) },
      { kind: 'go' },
    ],
    ['its moment has not come', { nextAttemptAt: at(5_000) }, {}, { kind: 'early', at: at(5_000), isQuiet: false }],
    ['three messages in a row are no burst', { chatFreeAt: at(2_000) }, {}, { kind: 'go' }],
    ['the chat had its burst', { chatFreeAt: at(3_000) }, {}, { kind: 'early', at: at(1_000), isQuiet: false }],
    ['three in a chat of WhatsApp', { chatFreeAt: at(12_000), chatIntervalMs: 6_000 }, {}, { kind: 'go' }],
    [
      'a chat of WhatsApp had its burst',
      { chatFreeAt: at(18_000), chatIntervalMs: 6_000 },
      {},
      { kind: 'early', at: at(6_000), isQuiet: false },
    ],
  ]
  for (const [title, more, guard, expected] of cases) {
    it(title, () => assert.deepEqual(standingOf({ ...free, ...more }, { ...open, ...guard }, now), expected))
  }

  it('it leaves only when every guard lets it', () => {
    fc.assert(
      fc.property(facts, guards, (known, guard) => {
        if (standingOf(known, guard, now).kind !== 'go') return
        assert.ok(!known.isErased && !known.isTest && known.hasContact && known.contactIsCurrent && !known.isBehind)
        assert.equal(known.consent, true)
        assert.equal(known.blockedReason, null)
        assert.ok(known.expiresAt > now)
        assert.ok(guard.channels.some((each) => each === known.channel))
        assert.ok(guard.sendMode === 'live' || (guard.sendMode === 'team' && known.isTeam))
        assert.ok((known.nextAttemptAt?.getTime() ?? 0) <= now.getTime() + 50)
      }),
      { numRuns: 5_000 },
    )
  })

  it('what must not be sent is ended at once, though an earlier message still waits', () => {
    fc.assert(
      fc.property(facts, guards, (known, guard) => {
        const alone = standingOf({ ...known, isBehind: false }, guard, now)
        if (alone.kind === 'drop') assert.deepEqual(standingOf({ ...known, isBehind: true }, guard, now), alone)
      }),
    )
  })

  it('it is never told to come back in the past', () => {
    fc.assert(
      fc.property(facts, guards, (known, guard) => {
        const standing = standingOf(known, guard, now)
        if (standing.kind === 'early') assert.ok(standing.at > now)
      }),
    )
  })
})

function skipped(reason: string) {
  return { kind: 'drop', state: 'skipped', reason }
}

function at(inMs: number): Date {
  return new Date(now.getTime() + inMs)
}
