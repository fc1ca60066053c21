import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Consent, Contact } from '../../src/clients/client.ts'
import { catalog } from '../../src/events/catalog.ts'
import { type Event, type EventType, eventTypes } from '../../src/events/event.ts'
import { newId } from '../../src/lib/ids.ts'
import { decidePlan, type PlanFacts } from '../../src/notifications/decide.ts'
import { defaultQuietHours, type Policy } from '../../src/notifications/policy.ts'

const noon = new Date('2025-11-23T12:00:00+03:00')
const night = new Date('2025-11-23T23:00:00+03:00')
const day = 24 * 3_600_000

const policy: Policy = {
  sendMode: 'live',
  channelOrder: ['max', 'vk', 'telegram', 'whatsapp'],
  channelsOn: ['telegram', 'max'],
  foreignForbidden: false,
  timezone: 'Europe/Moscow',
  quietHours: defaultQuietHours,
}

function contact(more: Partial<Contact> = {}): Contact {
  return {
    id: newId('contact'),
    channel: 'telegram',
    address: '1',
    team: false,
    linkedBy: 'bot',
    linkedAt: noon,
    blockedReason: null,
    isCurrent: true,
    ...more,
  }
}

function word(more: Partial<Consent> = {}): Consent {
  return {
    purpose: 'service',
    granted: true,
    at: noon,
    givenBy: 'bot',
    channel: 'telegram',
    wording: null,
    wordingHash: null,
    ...more,
  }
}

type Given = {
  type?: EventType
  event?: Partial<Event>
  test?: boolean
  receivedAt?: Date
  earlier?: PlanFacts['earlier']
  contacts?: Contact[]
  phone?: string
  consents?: Consent[]
  erasedAt?: Date
  quietHours?: PlanFacts['quietHours']
}

function facts(given: Given): PlanFacts {
  const type = given.type ?? 'payout.paid'
  return {
    event: { type, client: { id: 'c' }, occurredAt: noon.toISOString(), payment: { amount: '1.00' }, ...given.event },
    definition: catalog[type],
    test: given.test ?? false,
    teamOnly: false,
    receivedAt: given.receivedAt ?? noon,
    earlier: given.earlier ?? [],
    quietHours: given.quietHours ?? null,
    recipient: {
      client: {
        id: newId('client'),
        externalId: 'c',
        phone: given.phone,
        fullName: undefined,
        branchCode: null,
        dataKey: Buffer.alloc(1),
        erasedAt: given.erasedAt ?? null,
        createdAt: noon,
      },
      contacts: given.contacts ?? [contact()],
      consents: given.consents ?? [word()],
    },
  }
}

const told = (given: Given, more: Partial<Policy> = {}, now = noon) => {
  const plan = decidePlan(facts(given), { ...policy, ...more }, now)
  if (plan.kind === 'rehearse') return `rehearse ${plan.phone.phone}`
  return plan.kind === 'send'
    ? `send ${plan.at === null ? 'now' : plan.at.toISOString()}`
    : `${plan.state} ${plan.reason}`
}
const promo: Given = { type: 'greeting', contacts: [contact({ channel: 'max' })] }
const read = '+79730000003'
const yes = word({ purpose: 'advertising' })
const morning = 'send 2025-11-24T06:00:00.000Z'
const ago = (days: number) => new Date(noon.getTime() - days * day - 1_000).toISOString()

describe('whether, where and when a client is told', () => {
  const cases: [title: string, given: Given, expected: string, more?: Partial<Policy>, now?: Date][] = [
    ['a payout at noon leaves now', {}, 'send now'],
    ['money leaves at night', {}, 'send now', {}, night],
    ['money waits where the branch says so', { quietHours: { from: 21, to: 9, money: 'wait' } }, morning, {}, night],
    [
      'a branch has quiet hours of its own',
      { type: 'installment.reminder', quietHours: { from: 11, to: 14 } },
      'send 2025-11-23T11:00:00.000Z',
    ],
    [
      'a branch that knows no quiet hours tells at night',
      { type: 'installment.reminder', quietHours: { from: 0, to: 0 } },
      'send now',
      {},
      night,
    ],
    [
      'advertising may have wider hours than the rest',
      { ...promo, consents: [yes], quietHours: { from: 21, to: 9, promo: { from: 11, to: 15 } } },
      'send 2025-11-23T12:00:00.000Z',
    ],
    ['a reminder at night waits for the morning', { type: 'installment.reminder' }, morning, {}, night],
    [
      'the branch’s clock counts, not the company’s',
      { type: 'installment.reminder', event: { branch: { timezone: 'Asia/Kamchatka' } } },
      'send 2025-11-23T21:00:00.000Z',
    ],
    ['the client was erased', { erasedAt: noon }, 'skipped erased'],
    ['a test event', { test: true }, 'skipped test_mode'],
    ['a test event to a test phone', { test: true, event: { client: { phone: read } } }, `rehearse ${read}`],
    ['a test phone in test mode', { event: { client: { phone: read } } }, `rehearse ${read}`, { sendMode: 'test' }],
    ['a test phone, whatever contacts its client has', { event: { client: { phone: read } } }, `rehearse ${read}`],
    ['a record that bears a test phone and no contact', { phone: read, contacts: [] }, `rehearse ${read}`],
    ['a record that bears a test phone, and whose contact is real', { phone: read }, 'send now'],
    [
      'a record that bears a test phone, told with a real one',
      { phone: read, contacts: [], event: { client: { id: 'c', phone: '+79031234567' } } },
      'skipped no_contact',
    ],
    [
      'a test phone that stands for a refusal',
      { test: true, event: { client: { phone: '+79730000015' } } },
      'skipped opted_out',
    ],
    [
      'an old event to a test phone',
      { test: true, event: { client: { phone: read }, occurredAt: ago(31) } },
      'skipped too_late',
    ],
    ['the service in test mode', {}, 'skipped test_mode', { sendMode: 'test' }],
    ['a payout of thirty days ago is still news', { event: { occurredAt: ago(29) } }, 'send now'],
    ['a payout of a month ago', { event: { occurredAt: ago(30) } }, 'skipped too_late'],
    ['scrap accepted a week ago', { type: 'operation.accepted', event: { occurredAt: ago(7) } }, 'skipped too_late'],
    ['a greeting of last week', { ...promo, consents: [yes], event: { occurredAt: ago(7) } }, 'skipped too_late'],
    [
      'a fact without a date is as old as its arrival',
      { type: 'operation.accepted', event: { occurredAt: undefined }, receivedAt: new Date(ago(8)) },
      'skipped too_late',
    ],
    [
      'an operation whose payout was announced',
      {
        type: 'operation.accepted',
        earlier: [
          { id: newId('event'), type: 'payout.paid', occurredAt: noon, amount: 100n, stage: null, isSilent: false },
        ],
      },
      'skipped superseded',
    ],
    ['nobody is linked', { contacts: [] }, 'skipped no_contact'],
    ['nobody is linked, nobody consented: the link comes first', { contacts: [], consents: [] }, 'skipped no_contact'],
    ['no consent', { consents: [] }, 'skipped no_consent'],
    ['consent to advertising is none to service', { consents: [yes] }, 'skipped no_consent'],
    ['opted out', { consents: [word({ granted: false }), word()] }, 'skipped opted_out'],
    ['back again', { consents: [word(), word({ granted: false })] }, 'send now'],
    ['blocked', { contacts: [contact({ blockedReason: 'blocked' })] }, 'failed blocked'],
    [
      'blocked in one, linked in another',
      { contacts: [contact({ blockedReason: 'blocked' }), contact({ channel: 'max' })] },
      'send now',
    ],
    ['foreign messengers are forbidden', {}, 'skipped channel_forbidden', { foreignForbidden: true }],
    [
      'foreign ones are forbidden, his is not',
      { contacts: [contact({ channel: 'max' })] },
      'send now',
      { foreignForbidden: true },
    ],
    ['the channel is off', {}, 'skipped channel_off', { channelsOn: ['max'] }],
    ['the team only', {}, 'skipped not_team', { sendMode: 'team' }],
    ['the team only, and he is of it', { contacts: [contact({ team: true })] }, 'send now', { sendMode: 'team' }],
    ['a promo needs its own consent', { ...promo }, 'skipped no_consent'],
    ['a promo with consent', { ...promo, consents: [word(), yes] }, 'send now'],
    ['a promo with the sender’s word for it', { ...promo, event: { consent: { advertising: true } } }, 'send now'],
    [
      'a promo whose client said no, whatever the sender says',
      {
        ...promo,
        event: { consent: { advertising: true } },
        consents: [word({ purpose: 'advertising', granted: false })],
      },
      'skipped opted_out',
    ],
    [
      'a promo never leaves through Telegram',
      { type: 'greeting', consents: [word(), yes] },
      'skipped channel_forbidden',
    ],
  ]
  for (const [title, given, expected, more, now] of cases) {
    it(title, () => assert.equal(told(given, more, now), expected))
  }

  it('every type of the contract about money leaves at any hour, and the others wait through the night', () => {
    for (const type of eventTypes) {
      const isMoney = type === 'operation.accepted' || type.startsWith('payout.')
      assert.equal(
        told({ type, contacts: [contact({ channel: 'max' })], consents: [word(), yes] }, {}, night),
        isMoney ? 'send now' : morning,
        type,
      )
    }
  })
})
