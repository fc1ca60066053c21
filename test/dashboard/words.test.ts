import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { wayNames } from '../../src/channels/channel.ts'
import { registry } from '../../src/channels/registry.ts'
import { outlookOf } from '../../src/dashboard/clients/outlook.ts'
import { html } from '../../src/dashboard/frame/html.ts'
import { momentText, spanText } from '../../src/dashboard/frame/moments.ts'
import { cannotTellText, phoneText } from '../../src/dashboard/frame/pieces.ts'
import {
  engagementWords,
  outcomeWords,
  reasonWords,
  receiptWords,
  stateWords,
} from '../../src/dashboard/frame/words.ts'
import { explain } from '../../src/dashboard/journal/explain.ts'
import { journalPath, readAsked, spanOf } from '../../src/dashboard/journal/filter.ts'
import { numberPattern, numberVariants } from '../../src/dashboard/search/numbers.ts'
import { nameLike, phoneTail } from '../../src/dashboard/search/people.ts'
import { deliveryStates, engagements, reasons } from '../../src/deliveries/delivery.ts'
import { reasonTexts } from '../../src/deliveries/reasons.ts'
import { channelTitles } from '../../src/lib/channel-name.ts'
import { branded } from '../../src/lib/ids.ts'

const clock = { now: new Date('2025-11-23T09:43:00Z'), zone: 'Europe/Moscow' }

describe('the words of the dashboard', () => {
  it('every state, reason, channel and outcome has Russian words of its own', () => {
    assert.deepEqual(Object.keys(stateWords).sort(), [...deliveryStates].sort())
    assert.deepEqual(Object.keys(reasonWords).sort(), [...reasons].sort())
    assert.deepEqual(Object.keys(engagementWords).sort(), [...engagements].sort())
    assert.deepEqual(Object.keys(channelTitles).sort(), [...wayNames].sort())
    const words = [
      ...Object.values(stateWords).flatMap(({ word, about }) => [word, about]),
      ...Object.values(reasonWords),
      ...Object.values(engagementWords),
      ...Object.values(outcomeWords),
      ...Object.values(receiptWords),
    ]
    for (const word of words) assert.match(word, /^[А-Яа-яЁё «»:;,.-]+$/, word)
    assert.equal(new Set(Object.values(stateWords).map(({ word }) => word)).size, deliveryStates.length)
    assert.equal(new Set(Object.values(reasonWords)).size, reasons.length)
  })

  it('whatever has not arrived has one cause and one advice', () => {
    const base = { decidedAt: clock.now, nextAttemptAt: null }
    for (const reason of reasons) {
      for (const state of ['failed', 'skipped', 'waiting']) {
        assert.deepEqual(explain({ ...base, state, reason }, clock), reasonTexts[reason])
      }
    }
    for (const state of ['failed', 'skipped', 'waiting', 'unknown']) {
      const explanation = explain({ ...base, state, reason: null }, clock)
      assert.ok(explanation?.cause && explanation.advice, state)
    }
    for (const state of ['sent', 'delivered', 'queued', 'sending']) {
      assert.equal(explain({ ...base, state, reason: null }, clock), undefined)
    }
    const night = { state: 'waiting', reason: null, decidedAt: null, nextAttemptAt: new Date('2025-11-24T06:00:00Z') }
    assert.equal(explain(night, clock)?.cause, 'Время ещё не пришло: уйдёт завтра 09:00.')
  })

  it('a channel that cannot report something says so', () => {
    for (const [name, { canTell }] of Object.entries(registry)) {
      const text = cannotTellText(name)
      if (canTell.delivered && canTell.read) assert.equal(text, undefined)
      else assert.match(text ?? '', /не может сообщить/)
    }
    assert.equal(cannotTellText('telegram'), 'Telegram не может сообщить о доставке и прочтении.')
  })

  it('every obstacle to the next message is foretold with its advice', () => {
    const client = {
      id: branded<'client'>('cli_1'),
      externalId: null,
      phone: undefined,
      fullName: undefined,
      branchCode: null,
      dataKey: null,
      erasedAt: null,
      createdAt: clock.now,
    }
    const policy = {
      sendMode: 'live' as const,
      channelOrder: ['telegram' as const],
      channelsOn: ['telegram' as const],
      foreignForbidden: false,
      timezone: clock.zone,
      quietHours: { from: 21, to: 9 },
    }
    const none = outlookOf(policy, { client, contacts: [], consents: [] })
    assert.equal(none.isReachable, false)
    assert.match(none.text, /Сейчас сообщение не дойдёт\. Клиент не подключил ни одного мессенджера\./)
    assert.equal(none.advice, reasonTexts.no_contact.advice)
    const erased = outlookOf(policy, { client: { ...client, erasedAt: clock.now }, contacts: [], consents: [] })
    assert.match(erased.text, /Данные клиента удалены/)
  })
})

describe('times and phones', () => {
  it('are written as an operator says them', () => {
    assert.equal(momentText(new Date('2025-11-23T09:43:00Z'), clock), 'сегодня 12:43')
    assert.equal(momentText(new Date('2025-11-22T21:00:00Z'), clock), 'сегодня 00:00')
    assert.equal(momentText(new Date('2025-11-22T20:59:00Z'), clock), 'вчера 23:59')
    assert.equal(momentText(new Date('2025-10-01T06:05:00Z'), clock), '1 октября 09:05')
    assert.equal(momentText(new Date('2024-10-01T06:05:00Z'), clock), '1 октября 2024 года 09:05')
    assert.deepEqual(
      [1_000, 61_000, 5 * 60_000, 7_200_000, 3 * 86_400_000].map(spanText),
      ['1 секунду', '1 минуту', '5 минут', '2 часа', '3 дня'].map((text) => text.replace(' ', '\u00a0')),
    )
    assert.equal(phoneText('+79031234567'), '+7 903 123-45-67')
    assert.equal(phoneText('+375291234567'), '+375 29 123-45-67')
  })
})

describe('what is typed into the search', () => {
  it('a number is known by any of its spellings and by its end', () => {
    assert.ok(numberVariants('пса 000457').includes('ПСА-000457'))
    assert.ok(numberVariants('ПCA-000457').includes('ПСА-000457'))
    assert.ok(numberVariants('{5F0F6C1E-8A52}').includes('5f0f6c1e-8a52'))
    for (const typed of ['457', '000457', 'пса-457', 'ПСА000457', 'ПСА № 457']) {
      const pattern = new RegExp(numberPattern(typed) ?? '^$')
      assert.ok(pattern.test('ПСА-000457'), typed)
      assert.ok(!pattern.test('ПСА-001457') && !pattern.test('ПСА-004570'), typed)
    }
    assert.ok(new RegExp(numberPattern('НН-457') ?? '').test('НН00-000457'))
    for (const typed of ['', '7', 'Иванов', '[', '1'.repeat(20), '000'])
      assert.equal(numberPattern(typed), undefined, typed)
  })

  it('a name is known by the beginnings of its words, a phone by its last digits', () => {
    const person = { id: branded<'client'>('cli_1'), fullName: 'Семёнов-Тян Пётр', phone: '+79031234567', branch: null }
    for (const typed of ['семен', 'тян', 'ПЁТР сем', 'Семенов-Тян Петр'])
      assert.equal(nameLike(typed)?.(person), true, typed)
    for (const typed of ['менов', 'Пётр Иванов']) assert.equal(nameLike(typed)?.(person), false, typed)
    for (const typed of ['4567', '34-567', '903 123 45 67']) assert.equal(phoneTail(typed)?.(person), true, typed)
    assert.equal(phoneTail('5678')?.(person), false)
    for (const typed of ['456', 'а4567']) assert.equal(phoneTail(typed), undefined)
    assert.equal(nameLike('!'), undefined)
  })
})

describe('what is asked of the journal', () => {
  it('a day begins and ends at midnight of the zone', () => {
    const { asked } = readAsked({ from: '2025-11-23', to: '2025-11-23' })
    assert.deepEqual(spanOf(asked, 'Europe/Moscow'), {
      from: new Date('2025-11-22T21:00:00Z'),
      to: new Date('2025-11-23T21:00:00Z'),
    })
    assert.equal(spanOf(readAsked({ to: '2025-12-31' }).asked, 'UTC').to?.toISOString(), '2026-01-01T00:00:00.000Z')
  })

  it('the address of a page keeps the question', () => {
    const { asked } = readAsked({ q: 'a&b "', state: 'failed', from: '' })
    assert.equal(journalPath(asked), '/journal?q=a%26b+%22&state=failed')
    assert.equal(journalPath({ q: '' }), '/journal')
  })

  it('what is not an object of strings is no question', () => {
    for (const query of [undefined, null, 'text', 7, [], { q: { a: 1 } }, { q: ['x', 'y'] }]) {
      assert.ok(readAsked(query).asked.q.length <= 1)
    }
  })
})

describe('html', () => {
  it('whatever is put in is text, unless html made it', () => {
    const evil = `<img src=x onerror="a('&')">`
    assert.equal(
      html`<p title="${evil}">${evil}${html`<b>${1}</b>`}${[html`<i>${'<'}</i>`, '>']}${null}${undefined}${false}</p>`
        .markup,
      '<p title="&lt;img src=x onerror=&quot;a(&#39;&amp;&#39;)&quot;&gt;">&lt;img src=x onerror=&quot;a(&#39;&amp;&#39;)&quot;&gt;<b>1</b><i>&lt;</i>&gt;</p>',
    )
  })
})
