import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { apiWith, madeKey } from '../support/keys.ts'
import { linkedInMax, maxScreenOf, startMaxService } from '../support/max.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, notificationOf, payout, type Someone, screenOf } from '../support/story.ts'
import { until } from '../support/until.ts'

describe('the owner changes the words', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  const api = (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: Json) =>
    service.api(method, `/templates${path}`, body)
  const publish = async (text: string, query = '', type = 'payout.paid') => {
    const saved = await api('PUT', `/${type}${query}`, { text })
    assert.equal(saved.status, 200, JSON.stringify(saved.body))
    const published = await api('POST', `/${type}/publish${query}`, {})
    assert.equal(published.status, 200, JSON.stringify(published.body))
    return published.body.published
  }
  const told = async (person: Someone, roubles: number, more: Json = {}) => {
    const id = await accepted(service, payout(person, roubles, more))
    const { deliveries } = await cameTo(service, id, 'sent')
    return { id, delivery: deliveries[0], text: screenOf(service.telegram, person).at(-1)?.text ?? '' }
  }
  const dropAll = async (query = '', type = 'payout.paid') => api('POST', `/${type}/rollback${query}`, { version: 0 })

  it('a draft changes nothing until it is published; then the very next message has it, and remembers its version', async () => {
    const person = await linkedSomeone(service)
    const before = await told(person, 100)
    assert.match(before.delivery.template, /^shipped:[0-9a-f]{8}$/)
    const draft = await api('PUT', '/payout.paid', { text: 'Деньги пришли: {{ сумма }}.' })
    assert.equal(draft.body.draft.state, 'draft')
    assert.match((await told(person, 200)).text, /^Выплата 200/)

    const { body } = await api('POST', '/payout.paid/publish', {})

    const after = await told(person, 300)
    assert.equal(after.text, 'Деньги пришли: 300\u00a0₽.')
    assert.equal(after.delivery.template, body.published.id)
    assert.equal(body.published.publishedBy, 'admin')
    assert.equal(body.draft, undefined)
    await dropAll()
  })

  it('goes back step by step, and to the text that ships; nothing is forgotten', async () => {
    const person = await linkedSomeone(service)
    const first = await publish('Первый текст: {{ сумма }}.')
    const second = await publish('Второй текст: {{ сумма }}.')
    assert.equal(second.number, first.number + 1)

    const { body } = await api('POST', '/payout.paid/rollback', {})

    assert.equal(body.published.text, 'Первый текст: {{ сумма }}.')
    assert.equal(body.published.restored, first.number)
    assert.equal((await told(person, 400)).text, 'Первый текст: 400\u00a0₽.')
    assert.equal((await dropAll()).body.published, undefined)
    assert.match((await told(person, 500)).text, /^Выплата 500/)
    const { versions } = (await api('GET', '/payout.paid')).body
    assert.deepEqual(
      versions.slice(0, 3).map((each: Json) => [each.number, each.state]),
      [
        [second.number + 1, 'retired'],
        [second.number, 'retired'],
        [first.number, 'retired'],
      ],
    )
    const nothing = await dropAll()
    assert.equal(nothing.status, 404)
    assert.match(nothing.body.message, /текст из поставки/)
  })

  it('the branch’s text comes before the channel’s, and that before the common one', async () => {
    const person = await linkedSomeone(service)
    const here = { branch: { code: 'NN-07' } }
    await publish('Общий: {{ сумма }}.')
    await publish('Телеграм: {{ сумма }}.', '?channel=telegram')
    await publish('МАКС: {{ сумма }}.', '?channel=max')
    await publish('Площадка: {{ сумма }}.', '?branch=NN-07')
    assert.equal((await told(person, 1)).text, 'Телеграм: 1\u00a0₽.')
    assert.equal((await told(person, 2, here)).text, 'Площадка: 2\u00a0₽.')
    for (const query of ['', '?channel=telegram', '?channel=max', '?branch=NN-07']) await dropAll(query)
  })

  it('a private text in a messenger abroad says neither sum nor name, and no closer text overrules it', async () => {
    const person = await linkedSomeone(service)
    const saved = await api('PUT', '/payout.paid?channel=telegram', { private: true })
    assert.equal(saved.status, 200, JSON.stringify(saved.body))
    await api('POST', '/payout.paid/publish?channel=telegram', {})
    await publish('Площадка: {{ сумма }}.', '?branch=NN-08')
    const greeted = await service.api('PUT', '/branches/NN-08', { branding: { greeting: true } })
    assert.equal(greeted.status, 200)
    const client = { id: person.id, fullName: 'Иванов Иван Петрович' }
    const { text } = await told(person, 777, { branch: { code: 'NN-08' }, client })
    assert.equal(text, 'Выплата зачислена. Спасибо, что выбираете нашу площадку!')
    const corrected = await accepted(service, payout(person, 100, { operation: { id: `private-${person.id}` } }))
    await cameTo(service, corrected, 'sent')
    await cameTo(
      service,
      await accepted(service, payout(person, 101, { operation: { id: `private-${person.id}` } })),
      'sent',
    )
    const last = screenOf(service.telegram, person).at(-1)?.text ?? ''
    assert.match(last, /^Сумма изменена\. Верное сообщение: Выплата зачислена/)
    assert.doesNotMatch(last, /\d/)
    const leaking = await api('PUT', '/payout.paid?channel=telegram', { private: true, text: 'Вам {{ сумма }}.' })
    assert.equal(leaking.status, 422)
    assert.match(leaking.body.message, /сумма/)
    for (const query of ['?channel=telegram', '?branch=NN-08']) await dropAll(query)
  })

  it('a wrong text is refused in Russian, with line and column, and is not kept', async () => {
    const { status, body } = await api('PUT', '/payout.delayed', {
      text: 'Выплата {{ сума }} задерживается.\nИНН 7700',
    })
    assert.equal(status, 422)
    assert.match(body.message, /строка 1, знак 12/)
    assert.match(body.message, /сумма/)
    assert.deepEqual(
      body.errors.map((each: Json) => [each.line, each.column]),
      [
        [1, 12],
        [2, 1],
      ],
    )
    assert.equal((await api('GET', '/payout.delayed')).body.draft, undefined)
    const promo = await api('PUT', '/payout.paid', { text: 'Выплата {{ сумма }}. Скидка на вывоз!' })
    assert.match(promo.body.message, /38-ФЗ/)
    const service422 = await api('PUT', '/bonus.granted?class=service', { text: 'Баллы.' })
    assert.match(service422.body.message, /рекламное/)
    const unheard = await api('GET', '/payout.unheard')
    assert.equal(unheard.status, 404)
    assert.match(unheard.body.message, /Есть: operation\.accepted/)
    assert.equal((await api('POST', '/payout.delayed/publish', {})).status, 404)
    assert.equal((await api('DELETE', '/payout.delayed/draft')).status, 404)
  })

  it('preview: the sample on every channel, and real events with masked names; nothing is sent', async () => {
    const person = await linkedSomeone(service)
    await told(person, 640, { client: { id: person.id, phone: person.phone, fullName: 'Иванов Иван Петрович' } })
    const shown = screenOf(service.telegram, person).length
    const { status, body } = await api('POST', '/payout.paid/preview', { text: '{{ фио }}: {{ телефон }} {{ сумма }}' })
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(
      body.sample.map((each: Json) => each.channel),
      ['max', 'vk', 'telegram', 'whatsapp'],
    )
    assert.match(body.sample[0].text, /Иванов/)
    assert.ok(body.problems.some((each: Json) => each.severity === 'error'))
    const real = body.events.find((each: Json) => each.draft?.endsWith('640\u00a0₽'))
    assert.ok(real, JSON.stringify(body.events))
    assert.match(real.draft, /^И••• И••• П•••: \+7 903 •••-••-\d\d /)
    assert.doesNotMatch(JSON.stringify(body.events), /Иванов|Петров|Сидоров/)
    assert.equal(screenOf(service.telegram, person).length, shown)
  })

  it('shadow run: a day through a draft, with the differences, nothing sent', async () => {
    const person = await linkedSomeone(service)
    await told(person, 1234)
    const shown = screenOf(service.telegram, person).length
    const run = async (body: Json) => (await api('POST', '/payout.paid/shadow', body)).body
    const changed = await run({ text: 'Выплата {{ сумма }}.' })
    assert.ok(changed.total > 0)
    assert.equal(changed.different, changed.total)
    assert.ok(changed.differences.some((each: Json) => each.draft === 'Выплата 1\u00a0234\u00a0₽.'))
    const same = await run({})
    assert.deepEqual([same.same, same.different, same.failed], [same.total, 0, 0])
    const empty = await run({ date: '2020-02-29' })
    assert.deepEqual([empty.total, empty.to], [0, '2020-02-29T21:00:00.000Z'])
    assert.equal((await api('POST', '/payout.paid/shadow', { date: '2999-01-01' })).status, 422)
    assert.equal(screenOf(service.telegram, person).length, shown)
  })

  it('an advertising text of a payout goes only to whom it may, and is taken back with the consent', async () => {
    await publish('{{ сумма }} зачислены. Скидка на вывоз лома — 10 %.', '?class=promo')
    const person = await linkedSomeone(service)
    const { text } = await told(person, 55)
    assert.match(text, /^Выплата 55/, 'Telegram may carry no advertising')
    await dropAll('?class=promo')
  })

  it('in a messenger that may carry it, to whoever agreed: reworded when he withdraws before it leaves', async (t) => {
    const inMax = await startMaxService(t)
    const text = '{{ сумма }} зачислены. Скидка на вывоз лома — 10 %.'
    const saved = await inMax.api('PUT', '/templates/payout.paid?class=promo', { text })
    assert.equal(saved.status, 200, JSON.stringify(saved.body))
    await inMax.api('POST', '/templates/payout.paid/publish?class=promo', {})
    const person = await linkedInMax(inMax)
    const agrees = async (granted: boolean) => {
      const at = new Date().toISOString()
      const consents = [{ purpose: 'advertising', granted, text: 'Согласие на рекламу', at }]
      assert.equal((await inMax.api('PUT', `/clients/${person.id}`, { phone: person.phone, consents })).status, 200)
    }
    const silent = await cameTo(inMax, await accepted(inMax, payout(person, 10)), 'sent')
    assert.match(silent.deliveries[0].text, /^Выплата 10/)
    await agrees(true)
    const told = await cameTo(inMax, await accepted(inMax, payout(person, 20)), 'sent')
    assert.equal(told.deliveries[0].text, '20\u00a0₽ зачислены. Скидка на вывоз лома — 10 %.')

    inMax.max.faults.limit(3, { textIncludes: '30\u00a0₽' })
    const id = await accepted(inMax, payout(person, 30))
    await until(
      async () => (await notificationOf(inMax, id)).deliveries[0]?.attempts.length === 1,
      20_000,
      'the first attempt is limited',
    )
    await agrees(false)

    const { deliveries } = await cameTo(inMax, id, 'sent')
    assert.match(deliveries[0].text, /^Выплата 30\u00a0₽ зачислена/)
    assert.match(deliveries[0].template, /^shipped:/)
    assert.ok(maxScreenOf(inMax.max, person).every((each) => !each.text.includes('30\u00a0₽ зачислены')))
  })

  it('a key of a branch sees the common texts and changes its own only', async () => {
    const { key } = await madeKey(service, { scopes: ['templates:read', 'templates:write'], branch: 'NN-09' })
    const own = (method: string, path: string, body?: Json) => apiWith(service.url, key, method, path, body)
    assert.equal((await own('PUT', '/templates/payout.paid', { text: 'Х {{ сумма }}.' })).status, 403)
    assert.equal((await own('PUT', '/templates/payout.paid?branch=NN-09', { text: 'Х {{ сумма }}.' })).status, 200)
    await api('PUT', '/payout.paid?branch=NN-10', { text: 'Y {{ сумма }}.' })
    const listed = (await own('GET', '/templates')).body.templates
    assert.deepEqual([...new Set(listed.map((each: Json) => each.branch))].sort(), ['NN-09', undefined])
  })
})
