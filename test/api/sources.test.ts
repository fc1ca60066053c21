import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { apiWith, madeKey } from '../support/keys.ts'
import { paid } from '../support/people.ts'
import { testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { adminKey, type Json, startService, type TestService } from '../support/service.ts'
import { accepted, linkedSomeone, payout, someone } from '../support/story.ts'
import { until } from '../support/until.ts'
import { assertNothingEmpty } from './answers.ts'

const card = '4111 1111 1111 1111'

describe('sources', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let other: TestService

  before(async () => {
    const DATABASE_URL = await testDatabase(scope)
    service = await startService(scope, { DATABASE_URL, PUBLIC_URL: 'https://vestnik.example' })
    other = await startService(scope, { DATABASE_URL, ROLES: 'api' })
  })

  const put = (body: unknown, name = '1c') => service.api('PUT', `/sources/${name}`, body)
  const get = (name = '1c') => service.api('GET', `/sources/${name}`)
  const dryRun = (body: unknown, name = '1c') => service.api('POST', `/sources/${name}/dry-run`, body)
  const eventCount = async (): Promise<Json> =>
    (await service.api('GET', '/sources')).body.sources.map(({ eventsIn24h }: Json) => eventsIn24h)

  describe('in the list', () => {
    it('say where they post, whether their profile is a guess, what came, and who has a key', async () => {
      const { id } = await madeKey(service, { name: 'ВТОРИУМ', source: 'vtorium' })
      const before = (await eventCount())[0]
      await accepted(service, payout(someone(), 1))
      const { status, body } = await service.api('GET', '/sources')
      assert.equal(status, 200)
      const [onec, vtorium] = body.sources
      assert.deepEqual(
        [onec.name, onec.address, onec.profile, onec.hasEnvironmentKey, onec.isSigned, onec.eventsIn24h, onec.keys],
        ['1c', 'https://vestnik.example/webhooks/1c', 'verified', true, false, before + 1, []],
      )
      assert.ok(Math.abs(Date.now() - Date.parse(onec.lastEventAt)) < 60_000)
      assert.deepEqual(
        [vtorium.name, vtorium.profile, vtorium.hasEnvironmentKey, vtorium.lastEventAt],
        ['vtorium', 'guessed', false, undefined],
      )
      assert.deepEqual(
        vtorium.keys.map((each: Json) => [each.id, each.key]),
        [[id, undefined]],
      )
      assertNothingEmpty(body)
    })
  })

  describe('a profile', () => {
    it('is shown as it holds, as it was shipped, and as it was changed; {} brings the shipped one back', async () => {
      const { body: before } = await get()
      assert.deepEqual([before.overrides, before.profile, before.updatedBy], [{}, before.shipped, undefined])

      const override = { moneyUnit: 'kopecks', fields: { 'payment.amount': ['Расчет.Итог'] } }
      const { status, body } = await put(override)
      assert.equal(status, 200, JSON.stringify(body))
      assert.deepEqual([body.overrides, body.warnings, body.updatedBy], [override, [], 'admin'])
      assert.deepEqual([body.profile.moneyUnit, body.shipped.moneyUnit], ['kopecks', 'roubles'])
      assert.equal(body.profile.fields['payment.amount'][0], 'Расчет.Итог')
      assert.ok(Math.abs(Date.now() - Date.parse(body.updatedAt)) < 60_000)
      assert.deepEqual((await get()).body.overrides, override)

      const { body: after } = await put({})
      assert.deepEqual([after.overrides, after.profile], [{}, before.shipped])
    })

    it('that is changed holds here at once, and in the other processes within seconds', async () => {
      const person = await linkedSomeone(service)
      const event = (id: string) => ({
        ...paid({ id, payment: undefined, operation: undefined, client: { id: person.id } }),
        Расчет: { Итог: '77.00' },
      })
      assert.equal((await service.post(event('s-1'))).status, 422)
      await put({ fields: { 'payment.amount': ['Расчет.Итог'] } })
      assert.equal((await service.post(event('s-2'))).status, 200)
      await until(async () => (await other.post(event('s-3'))).status === 200, 10_000, 'the other process knows')
      await put({})
      assert.equal((await service.post(event('s-4'))).status, 422)
    })

    it('a word that gets another meaning loses its former one, in all its forms', async () => {
      assert.equal((await put({ statuses: { 'payout.failed': ['Оплачен'] } })).status, 200)
      const { body } = await dryRun({
        body: { Событие: 'Выплата', Статус: 'Оплачено', Сумма: 1, Телефон: '+79031234567' },
      })
      assert.equal(body.items[0].event.type, 'payout.failed')
      await put({})
    })

    const wrong: [title: string, override: unknown, field: string][] = [
      ['a field that we do not know', { fields: { 'payment.amout': ['x'] } }, 'fields.payment.amout'],
      ['a part that no profile has', { rules: {} }, 'rules'],
      ['the name of the source', { source: 'x' }, 'source'],
      ['a word for a list', { fields: { 'payment.amount': 'Итог' } }, 'fields.payment.amount'],
      ['an unknown unit', { moneyUnit: 'usd' }, 'moneyUnit'],
      ['an empty name', { tables: [''] }, 'tables.0'],
      ['a name without a letter', { fields: { id: ['---'] } }, 'fields.id.0'],
      ['an unknown zone', { timezone: 'Марс' }, 'timezone'],
      ['one name for two fields', { fields: { id: ['Код'], reason: ['КОД'] } }, 'fields.reason.0'],
      [
        'one status for two types',
        { statuses: { 'payout.paid': ['Ушло'], 'payout.sent': ['ушла'] } },
        'statuses.payout.paid.0',
      ],
      ['a scope that is none', { fields: { 'client.phone': ['@клиент.Телефон'] } }, 'fields.client.phone.0'],
      ['a wrapper that is a client', { wrappers: ['Клиент'] }, 'wrappers.0'],
    ]
    for (const [title, override, field] of wrong) {
      it(`is not saved with ${title}: 422 that names ${field} in Russian`, async () => {
        const { status, body } = await put(override)
        assert.equal(status, 422, JSON.stringify(body))
        assert.ok(
          body.errors.some((each: Json) => each.field === field),
          JSON.stringify(body.errors),
        )
        assert.match(body.message, /[а-яё]{3}/i)
        assert.deepEqual((await get()).body.overrides, {})
      })
    }

    it('that costs something of the canonical form is saved, and says so', async () => {
      const { status, body } = await put({ fields: { 'operation.id': ['id'] } }, 'vtorium')
      assert.equal(status, 200)
      assert.match(body.warnings[0].message, /канонической форме/)
      await put({}, 'vtorium')
    })

    it('of a source nobody knows is 404, and belongs to whoever has the right', async () => {
      assert.deepEqual([(await get('sap')).status, (await put({}, 'sap')).status], [404, 404])
      const reader = await madeKey(service, { scopes: ['sources:read'], source: 'vtorium' })
      const asReader = (method: string, path: string, body?: unknown) =>
        apiWith(service.url, reader.key, method, path, body)
      assert.equal((await asReader('PUT', '/sources/vtorium', {})).status, 403)
      assert.equal((await asReader('GET', '/sources/vtorium')).status, 200)
      assert.equal((await asReader('GET', '/sources/1c')).status, 404)
      const { body } = await asReader('GET', '/sources')
      assert.deepEqual(
        body.sources.map(({ name }: Json) => name),
        ['vtorium'],
      )
      const ofBranch = await madeKey(service, { scopes: ['sources:write'], branch: 'NN-01' })
      assert.equal((await apiWith(service.url, ofBranch.key, 'PUT', '/sources/1c', {})).status, 403)
    })
  })

  describe('a dry run', () => {
    const onec = {
      Событие: 'Выплата',
      Статус: 'Оплачено',
      Сумма: '14 500,00',
      Телефон: '8 903 123-45-67',
      Цвет: 'синий',
    }

    it('tells what each field became, what nobody asked for, and the event; nothing is kept', async () => {
      const before = await eventCount()
      const { status, body } = await dryRun({ body: onec })
      assert.equal(status, 200, JSON.stringify(body))
      const [item] = body.items
      assert.deepEqual([item.index, item.status, item.errors, item.ignored], [0, 'understood', undefined, ['Цвет']])
      assert.ok(item.understood.some((each: Json) => each.from === 'Телефон' && each.to === 'client.phone'))
      assert.ok(item.understood.some((each: Json) => each.from === 'Сумма' && each.value === '14500.00'))
      assert.deepEqual([item.event.type, item.event.payment.amount], ['payout.paid', '14500.00'])
      assert.deepEqual(await eventCount(), before)
    })

    it('of a batch tells each item apart, also from a text and from bytes', async () => {
      const batch = [onec, { Событие: 'Выплата' }]
      const text = JSON.stringify(batch)
      const withBom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])
      for (const body of [{ body: batch }, { body: text }, { bodyBase64: withBom.toString('base64') }]) {
        const { items } = (await dryRun(body)).body
        assert.deepEqual(
          items.map(({ status }: Json) => status),
          ['understood', 'rejected'],
        )
        assert.ok(items[1].errors.length > 0)
      }
    })

    it('reads windows-1251 as the webhook does, with its warning', async () => {
      const bytes = Buffer.from(
        [...`{"Событие":"Выплата","Статус":"Оплачено","Сумма":5,"Телефон":"+79031234567"}`].map(cp1251),
      )
      const { body } = await dryRun({ bodyBase64: bytes.toString('base64') })
      assert.equal(body.items[0].event.payment.amount, '5.00')
      assert.equal(body.items[0].warnings[0].code, 'charset_guessed')
    })

    it('tries a change before it is saved', async () => {
      const body = { Событие: 'Выплата', Статус: 'Оплачено', Итог: 700, Телефон: '+79031234567' }
      const profile = { moneyUnit: 'kopecks', fields: { 'payment.amount': ['Итог'] } }
      assert.equal((await dryRun({ body, profile })).body.items[0].event.payment.amount, '7.00')
      assert.deepEqual((await get()).body.overrides, {})
      const { status, body: answer } = await dryRun({ body, profile: { fields: { id: ['A'], reason: ['a'] } } })
      assert.equal(status, 422)
      assert.equal(answer.errors[0].field, 'fields.reason.0')
      assert.equal((await dryRun({ body, profile: { moneyUnit: 'usd' } })).body.errors[0].field, 'profile.moneyUnit')
    })

    it('keeps every digit of a number', async () => {
      const raw = `{"body":{"type":"payout.paid","client":{"phone":"+79031234567"},"operation":{"id":12345678901234567891},"payment":{"amount":1.5}}}`
      const { body } = await posted('/sources/1c/dry-run', raw)
      assert.equal(body.items[0].event.operation.id, '12345678901234567891')
    })

    const withCard: [title: string, more: Record<string, unknown>][] = [
      ['in a text', { Комментарий: `карта ${card}` }],
      ['as a number', { Карта: 4111111111111111 }],
      ['in the field that is read', { ФИО: card }],
      ['as a name', { [card]: 1 }],
    ]
    for (const [title, more] of withCard) {
      it(`refuses a full card number ${title}, and does not echo it`, async () => {
        const { body } = await dryRun({ body: { ...onec, ...more } })
        assert.equal(body.items[0].status, 'rejected')
        assert.ok(body.items[0].errors.some(({ code }: Json) => code === 'card_number_full'))
        assert.doesNotMatch(JSON.stringify(body), /4111[ ]?1111[ ]?1111[ ]?1111/)
      })
    }

    it('refuses one of 19 digits as a number as well', async () => {
      const number = '6304000000000000000'
      const raw = JSON.stringify({ body: { ...onec, Карта: 0 } }).replace('"Карта":0', `"Карта":${number}`)
      const { body } = await posted('/sources/1c/dry-run', raw)
      assert.deepEqual(
        body.items[0].errors.map(({ code }: Json) => code),
        ['card_number_full'],
      )
      assert.ok(!JSON.stringify(body).includes('630400000000'))
    })

    it('what is no JSON is told as the webhook tells it', async () => {
      const inner = await dryRun({ body: '{"Событие": ' })
      assert.deepEqual([inner.status, inner.body.code], [400, 'json_truncated'])
      const outer = await posted('/sources/1c/dry-run', '{"body": ')
      assert.deepEqual([outer.status, outer.body.code], [400, 'json_truncated'])
      assert.equal((await dryRun({})).body.code, 'body_empty')
      assert.equal((await dryRun({ body: onec, profil: {} })).body.errors[0].field, 'profil')
      assert.equal((await dryRun({ body: onec }, 'sap')).status, 404)
    })

    it('speaks for the branch of the key', async () => {
      const { key } = await madeKey(service, { scopes: ['sources:read'], branch: 'NN-01' })
      const run = (body: unknown) => apiWith(service.url, key, 'POST', '/sources/1c/dry-run', { body })
      assert.equal((await run(onec)).body.items[0].event.branch.code, 'NN-01')
      assert.equal((await run({ ...onec, КодПлощадки: 'NN-02' })).body.items[0].status, 'rejected')
    })
  })

  it('a post without a body, of the type that 1C’s wrappers always set, is a post without a body', async () => {
    const nobody = await posted('/clients/nobody/erase', '')
    assert.deepEqual([nobody.status, nobody.body.code], [404, 'not_found'], JSON.stringify(nobody.body))
    const lacking = await posted('/keys', '')
    assert.deepEqual([lacking.status, lacking.body.code], [422, 'field_invalid'], JSON.stringify(lacking.body))
    assert.match(lacking.body.errors[0].field, /./)
    assert.equal((await posted('/keys', '{"')).status, 400)
    const emptied = await posted('/sources/1c', '', 'PUT')
    assert.deepEqual([emptied.status, emptied.body.code], [400, 'body_empty'], 'a PUT sets something')
  })

  async function posted(path: string, body: string, method = 'POST'): Promise<{ status: number; body: Json }> {
    const answer = await fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      body,
    })
    return { status: answer.status, body: await answer.json() }
  }
})

function cp1251(letter: string): number {
  const code = letter.charCodeAt(0)
  return code >= 0x410 && code <= 0x44f ? code - 0x410 + 0xc0 : code
}
