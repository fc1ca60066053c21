import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { catalog } from '../../src/events/catalog.ts'
import { eventTypes } from '../../src/events/event.ts'
import { eventsIn } from '../../src/webhooks/mapping/batch.ts'
import { keyOf, wordOf } from '../../src/webhooks/mapping/names.ts'
import { overridden, type Profile, profileOverrideSchema, profileSchema } from '../../src/webhooks/mapping/profile.ts'
import { onecProfile } from '../../src/webhooks/onec/profile.ts'
import { vtoriumProfile } from '../../src/webhooks/vtorium/profile.ts'
import { accepted, mapOne } from './harness.ts'

const paid = { Событие: 'Выплата', Статус: 'Оплачено', Сумма: 14500, Телефон: '+79031234567' }

for (const profile of [onecProfile, vtoriumProfile]) {
  describe(`the profile of ${profile.source}`, () => {
    test('is data: JSON holds it whole', () => {
      assert.deepEqual(profileSchema.parse(JSON.parse(JSON.stringify(profile))), profile)
    })

    test('gives no name or word two meanings', () => {
      const path = (alias: string) => alias.split('.').map(keyOf).join('.')
      assert.deepEqual(clashes(profile.fields, path), [])
      assert.deepEqual(clashes(profile.containers, keyOf), [])
      assert.deepEqual(clashes(profile.events, wordOf), [])
      assert.deepEqual(clashes(profile.statuses, wordOf), [])
      assert.deepEqual(clashes(profile.methods, wordOf), [])
    })

    for (const type of eventTypes) {
      test(`takes the canonical form of ${type} as it is`, () => {
        const { sample } = catalog[type]
        assert.deepEqual(withInstants(accepted(mapOne(sample, profile))), withInstants(sample))
      })
    }

    test('takes the canonical form with sums and weights as numbers', () => {
      const event = accepted(
        mapOne(
          {
            type: 'payout.paid',
            client: { phone: '89031234567' },
            operation: {
              items: [{ material: 'Медь', netKg: 12.348, pricePerKg: 780, amount: 9631.44 }],
              amount: 9631.44,
            },
            payment: { amount: 9631.44, stage: 2, stages: 4, remaining: 0 },
          },
          profile,
        ),
      )
      assert.deepEqual(event, {
        type: 'payout.paid',
        client: { phone: '+79031234567' },
        operation: {
          items: [{ material: 'Медь', netKg: '12.348', pricePerKg: '780.00', amount: '9631.44' }],
          amount: '9631.44',
        },
        payment: { amount: '9631.44', stage: 2, stages: 4, remaining: '0.00' },
      })
    })
  })
}

describe('a profile can be corrected without code', () => {
  test('a new name for a field, by its full path', () => {
    const profile = withOverride({ fields: { 'payment.amount': ['Расчёт.Итог.КПеречислению'] } })
    const event = accepted(mapOne({ ...paid, Сумма: undefined, Расчет: { Итог: { к_перечислению: '7,5' } } }, profile))
    assert.equal(event.payment?.amount, '7.50')
  })

  test('a status that was no news becomes one', () => {
    const profile = withOverride({ statuses: { 'payout.paid': ['Проведен'] } })
    assert.equal(accepted(mapOne({ ...paid, Статус: 'Проведён' }, profile)).type, 'payout.paid')
  })

  test('sums in kopecks; the canonical form stays in roubles', () => {
    const profile = withOverride({ moneyUnit: 'kopecks' })
    assert.equal(accepted(mapOne({ ...paid, Сумма: 1450000 }, profile)).payment?.amount, '14500.00')
    const canonical = { type: 'payout.paid', client: { phone: '+79031234567' }, payment: { amount: '14500.00' } }
    assert.equal(accepted(mapOne(canonical, profile)).payment?.amount, '14500.00')
  })

  test('a time zone, and a Z that is not to be believed', () => {
    const profile = withOverride({ timezone: 'Asia/Yekaterinburg', trustZ: false })
    const event = accepted(mapOne({ ...paid, ДатаОплаты: '2025-11-23T12:43:00Z' }, profile))
    assert.equal(event.occurredAt, '2025-11-23T12:43:00+05:00')
  })

  test('the override itself is checked', () => {
    assert.ok(!profileOverrideSchema.safeParse({ fields: { nothing: ['x'] } }).success)
    assert.ok(!profileOverrideSchema.safeParse({ moneyUnit: 'dollars' }).success)
    assert.ok(profileOverrideSchema.safeParse({ statuses: { 'payout.sent': ['Ушло'] } }).success)
  })
})

describe('a request of several events', () => {
  test('an envelope shares its own fields among them', () => {
    const { isBatch, items } = eventsIn(onecProfile, {
      ИдентификаторБазы: 'buh',
      События: [paid, { ...paid, ИдентификаторБазы: 'own' }],
    })
    assert.ok(isBatch)
    assert.deepEqual(
      items.map((item) => Reflect.get(Object(item), 'ИдентификаторБазы')),
      ['buh', 'own'],
    )
  })

  test('a list within one event is no batch', () => {
    assert.ok(!eventsIn(onecProfile, { ...paid, Данные: [{ а: 1 }, { а: 2 }] }).isBatch)
    assert.ok(!eventsIn(onecProfile, { ...paid, Позиции: [{ а: 1 }] }).isBatch)
  })
})

describe('what was odd is told', () => {
  const odd: [string, Record<string, unknown>, string, string][] = [
    ['a sum rounded', { ...paid, Сумма: 4833.333 }, 'amount_rounded', 'Сумма'],
    ['two phones', { ...paid, Телефон: '+79031234567; +79161234567' }, 'phones_several', 'Телефон'],
    ['a landline', { ...paid, Телефон: '8 (831) 212-34-56' }, 'phone_landline', 'Телефон'],
    ['a wrong phone of a known client', { ...paid, Телефон: '8 903', КодКлиента: '42' }, 'phone_ignored', 'Телефон'],
    ['Z on local time', { ...paid, ДатаОплаты: '2025-11-23T12:49:00Z' }, 'z_not_utc', 'ДатаОплаты'],
    ['a date of next week', { ...paid, ДатаОплаты: '2025-11-30T12:49:00' }, 'date_future', 'ДатаОплаты'],
    ['a date without its time', { ...paid, ДатаОплаты: '23.11.2025' }, 'date_without_time', 'ДатаОплаты'],
    [
      'only the date of the document',
      { ...paid, ДатаДокумента: '23.11.2025 12:00' },
      'date_of_document',
      'ДатаДокумента',
    ],
    [
      'an event against its status',
      { ...paid, Событие: 'ВыплатаЗачислена', Статус: 'Отклонено' },
      'status_conflict',
      'Статус',
    ],
    ['a payout without a status', { ...paid, Статус: undefined }, 'status_missing', 'Событие'],
    ['a weight that is none', { ...paid, Брутто: 'много' }, 'field_ignored', 'Брутто'],
    ['a zone that is none', { ...paid, ЧасовойПояс: 'Марс' }, 'branch_timezone', 'ЧасовойПояс'],
    ['a name of 300 letters', { ...paid, ФИО: 'И'.repeat(300) }, 'text_cut', 'ФИО'],
  ]
  for (const [title, posted, code, field] of odd) {
    test(title, () => {
      const { warnings } = mapOne(posted)
      const found = warnings.find((warning) => warning.code === code)
      assert.equal(found?.field, field, JSON.stringify(warnings))
    })
  }

  test('the dry run names every field that was used and every one that was not', () => {
    const { understood, ignored } = mapOne({ ...paid, ВесМашины: 7, Сотрудник: { Код: '1' } })
    assert.deepEqual(understood.map(({ from, to }) => [from, to]).sort(), [
      ['Событие', 'type'],
      ['Статус', 'status'],
      ['Сумма', 'payment.amount'],
      ['Телефон', 'client.phone'],
    ])
    assert.deepEqual(ignored, ['ВесМашины', 'Сотрудник.Код'])
  })
})

/** A moment may be told in the offset of the yard instead of the sender's. */
function withInstants(value: unknown): unknown {
  const moment = /^\d{4}-\d\d-\d\dT[\d:]{8}[+-]\d\d:\d\d$/
  return JSON.parse(JSON.stringify(value, (_key, inner) => (moment.test(String(inner)) ? Date.parse(inner) : inner)))
}

function withOverride(override: unknown): Profile {
  return profileSchema.parse(overridden(onecProfile, profileOverrideSchema.parse(override)))
}

function clashes(lists: Record<string, string[] | undefined>, normal: (word: string) => string): string[] {
  const owners = new Map<string, string>()
  return Object.entries(lists).flatMap(([owner, words]) =>
    (words ?? []).flatMap((word) => {
      const first = owners.get(normal(word))
      owners.set(normal(word), first ?? owner)
      return first === undefined || first === owner ? [] : [`${word}: ${first}, ${owner}`]
    }),
  )
}
