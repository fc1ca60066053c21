import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { channelNames } from '../../src/channels/channel.ts'
import type { Contact } from '../../src/clients/client.ts'
import { newId } from '../../src/lib/ids.ts'
import { type RoutePolicy, route } from '../../src/notifications/route.ts'

function contact(channel: Contact['channel'], more: Partial<Contact> = {}): Contact {
  return {
    id: newId('contact'),
    channel,
    address: '1',
    team: false,
    linkedBy: 'bot',
    linkedAt: new Date(0),
    blockedReason: null,
    isCurrent: true,
    ...more,
  }
}

const policy: RoutePolicy = {
  order: ['max', 'vk', 'telegram', 'whatsapp'],
  on: ['max', 'vk', 'telegram', 'whatsapp'],
  forbidden: [],
  teamOnly: false,
}

const contacts: fc.Arbitrary<Contact[]> = fc.uniqueArray(fc.constantFrom(...channelNames)).chain((names) =>
  fc.tuple(
    ...names.map((name) =>
      fc
        .record({
          team: fc.boolean(),
          isCurrent: fc.boolean(),
          blockedReason: fc.constantFrom('blocked' as const, 'not_found' as const, null),
        })
        .map((more) => contact(name, more)),
    ),
  ),
)
const policies: fc.Arbitrary<RoutePolicy> = fc.record({
  order: fc.shuffledSubarray([...channelNames]),
  on: fc.subarray([...channelNames]),
  forbidden: fc.subarray([...channelNames]),
  teamOnly: fc.boolean(),
})

describe('which messenger is taken', () => {
  const cases: [title: string, contacts: Contact[], more: Partial<RoutePolicy>, expected: object][] = [
    ['nobody is linked', [], {}, none('no_contact')],
    ['the owner’s first', [contact('telegram'), contact('max')], {}, { kind: 'go', channel: 'max' }],
    [
      'the next when the first is blocked',
      [contact('max', { blockedReason: 'blocked' }), contact('vk')],
      {},
      { kind: 'go', channel: 'vk' },
    ],
    ['the only one is blocked', [contact('vk', { blockedReason: 'blocked' })], {}, none('blocked', 'failed')],
    ['the only one is gone', [contact('vk', { blockedReason: 'not_found' })], {}, none('not_found', 'failed')],
    ['the law closes it', [contact('telegram')], { forbidden: ['telegram'] }, none('channel_forbidden')],
    ['its token is not set', [contact('telegram')], { on: [] }, none('channel_off')],
    ['only the team is written to', [contact('telegram')], { teamOnly: true }, none('not_team')],
    [
      'he is of the team',
      [contact('telegram', { team: true })],
      { teamOnly: true },
      { kind: 'go', channel: 'telegram' },
    ],
    ['a link proved by a former phone', [contact('telegram', { isCurrent: false })], {}, none('no_contact')],
  ]
  for (const [title, given, more, expected] of cases) {
    it(title, () => assert.deepEqual(told(route(given, { ...policy, ...more })), expected))
  }

  it('whatever is chosen is allowed, and nothing before it in the owner’s order was', () => {
    fc.assert(
      fc.property(contacts, policies, (given, rules) => {
        const chosen = route(given, rules)
        const good = given.filter((each) => isGood(each, rules))
        if (chosen.kind === 'none') return assert.deepEqual(good, [])
        assert.ok(good.includes(chosen.contact))
        const rank = (each: Contact) => (rules.order.includes(each.channel) ? rules.order.indexOf(each.channel) : 99)
        for (const other of good) assert.ok(rank(chosen.contact) <= rank(other))
      }),
      { numRuns: 2_000 },
    )
  })

  it('whoever has a current contact is never told that he has none', () => {
    fc.assert(
      fc.property(contacts, policies, (given, rules) => {
        const chosen = route(given, rules)
        if (chosen.kind === 'none') assert.equal(chosen.reason === 'no_contact', !given.some((each) => each.isCurrent))
      }),
      { numRuns: 1_000 },
    )
  })
})

function isGood(each: Contact, rules: RoutePolicy): boolean {
  return (
    each.isCurrent &&
    rules.on.includes(each.channel) &&
    !rules.forbidden.includes(each.channel) &&
    (!rules.teamOnly || each.team) &&
    each.blockedReason === null
  )
}

function none(reason: string, state = 'skipped') {
  return { kind: 'none', state, reason }
}

function told(chosen: ReturnType<typeof route>): object {
  return chosen.kind === 'go' ? { kind: 'go', channel: chosen.contact.channel } : chosen
}
