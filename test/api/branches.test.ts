import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { apiWith, madeKey } from '../support/keys.ts'
import { testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import {
  accepted,
  cameTo,
  linkedSomeone,
  payout,
  reminder,
  type Someone,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'
import { assertNothingEmpty } from './answers.ts'

describe('branches and their zones', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let other: TestService

  before(async () => {
    const DATABASE_URL = await testDatabase(scope)
    service = await startService(scope, { DATABASE_URL })
    other = await startService(scope, { DATABASE_URL, ROLES: 'api' })
  })

  const put = (code: string, body: Json) => service.api('PUT', `/branches/${encodeURIComponent(code)}`, body)
  const listed = async (code: string): Promise<Json> =>
    (await service.api('GET', '/branches')).body.branches.find((each: Json) => each.code === code)
  const eventOf = async (id: string): Promise<Json> => (await service.api('GET', `/events/${id}`)).body.event
  /** A payment of an hour ago on the wall of that zone, as 1C writes it: without a zone. */
  const wall = (zone: string) =>
    new Date(Date.now() - 3_600_000).toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T')

  it('are known from events, and an operator’s word stands above them', async () => {
    const person = await linkedSomeone(service)
    const branch = { code: 'EKB', name: 'Екатеринбург', timezone: 'Asia/Yekaterinburg' }
    await accepted(service, payout(person, 1, { branch }))
    await until(async () => await listed('EKB'), 10_000, 'the branch is noted')
    const { updatedAt, ...rest } = await listed('EKB')
    assert.deepEqual(rest, branch)

    const { status, body } = await put('EKB', { name: 'Титова, 1', timezone: 'МСК+2' })
    assert.equal(status, 200)
    assert.deepEqual([body.name, body.timezone, body.updatedBy], ['Титова, 1', 'Asia/Yekaterinburg', 'admin'])
    await accepted(service, payout(person, 2, { branch: { ...branch, name: 'Другое имя' } }))
    assert.equal((await listed('EKB')).name, 'Титова, 1')
    assertNothingEmpty(await listed('EKB'))
  })

  it('give their zone to dates without one, and to the time that the client reads', async () => {
    const person = await linkedSomeone(service)
    await put('VVO', { timezone: 'Asia/Vladivostok' })
    const occurredAt = wall('Asia/Vladivostok')
    const id = await accepted(service, payout(person, 1, { occurredAt, branch: { code: 'VVO' } }))
    const event = await eventOf(id)
    assert.equal(event.occurredAt, `${occurredAt}+10:00`)
    assert.equal(event.branch.timezone, 'Asia/Vladivostok')
    await cameTo(service, id, 'sent')
    await waitForMessage(service.telegram, person, `${occurredAt.slice(11, 16)} МСК+7`)
  })

  it('are found by their name, too, and by the key of one branch', async () => {
    const person = await linkedSomeone(service)
    await put('OMS', { name: 'Омск, Заводская', timezone: 'Asia/Omsk' })
    const occurredAt = wall('Asia/Omsk')
    const byName = await accepted(service, payout(person, 1, { occurredAt, branch: { name: 'омск,  заводская' } }))
    const { key } = await madeKey(service, { source: '1c', branch: 'OMS' })
    const byKey = await accepted(service, payout(person, 2, { occurredAt }), { authorization: `Bearer ${key}` })
    for (const id of [byName, byKey]) assert.equal((await eventOf(id)).occurredAt, `${occurredAt}+06:00`)
  })

  it('an event that names its own zone, or a date with one, is believed', async () => {
    const person = await linkedSomeone(service)
    await put('KGD', { timezone: 'Europe/Kaliningrad' })
    const occurredAt = wall('Europe/Kaliningrad')
    const own = { code: 'KGD', timezone: 'Europe/Samara' }
    const named = await eventOf(await accepted(service, payout(person, 1, { occurredAt, branch: own })))
    assert.deepEqual([named.occurredAt, named.branch.timezone], [`${occurredAt}+04:00`, 'Europe/Samara'])
    const offset = `${occurredAt}+03:00`
    const dated = payout(person, 2, { occurredAt: offset, branch: { code: 'KGD' } })
    assert.equal(new Date((await eventOf(await accepted(service, dated))).occurredAt).getTime(), Date.parse(offset))
  })

  it('quiet hours are those of the branch', async () => {
    const person = await linkedSomeone(service)
    await put('NIGHT', { timezone: zoneWhereItIs(2) })
    const { branch, ...asleep } = reminder(person, 1, '')
    await cameTo(service, await accepted(service, { ...asleep, branch: { code: 'NIGHT' } }), 'waiting')
  })

  it('a repeat after the zone was corrected is still a repeat', async () => {
    const person: Someone = await linkedSomeone(service)
    await put('SAM', { timezone: 'Europe/Moscow' })
    const event = payout(person, 1, { occurredAt: wall('Europe/Samara'), branch: { code: 'SAM' } })
    const bonus = {
      type: 'bonus.granted',
      client: { id: person.id },
      bonus: { points: '5' },
      occurredAt: wall('Europe/Samara'),
      branch: { code: 'SAM' },
    }
    const ids = [await accepted(service, event), await accepted(service, bonus)]
    await put('SAM', { timezone: 'Europe/Samara' })
    const again = await service.post([event, bonus])
    assert.deepEqual(
      again.body.results.map(({ status, id }: Json) => [status, id]),
      ids.map((id) => ['duplicate', id]),
    )
  })

  it('a change reaches the other processes within seconds', async () => {
    const { body } = await service.api('PUT', '/branches/CHITA', { timezone: 'Asia/Chita' })
    assert.equal(body.code, 'CHITA')
    const isThere = async () => {
      const occurredAt = wall('Asia/Chita')
      const event = payout({ id: 'somebody' }, 1, { occurredAt, branch: { code: 'CHITA' } })
      return (await eventOf(await accepted(other, event))).occurredAt === `${occurredAt}+09:00`
    }
    await until(isThere, 10_000, 'the other process knows the zone')
  })

  it('a branding is kept whole, shown with the branch, and taken back', async () => {
    const branding = {
      name: 'Лом на Титова',
      site: 'https://лом.рф/ekb?a=1',
      feedbackUrl: 'http://otzyv.example.ru',
      logoUrl: 'https://cdn.example.ru/logo.png',
      phone: '+7 (343) 123-45-67',
      signature: 'Ваша площадка\nна Титова',
      greeting: false,
      buttons: ['question', 'ok'],
    }
    const saved = await put('BRAND', { branding })
    assert.deepEqual([saved.status, saved.body.branding], [200, branding])
    const { status, body } = await service.api('GET', '/branches/BRAND')
    assert.deepEqual([status, body], [200, saved.body])
    assert.deepEqual((await listed('BRAND')).branding, branding)
    assertNothingEmpty(body)
    assert.deepEqual((await put('BRAND', { branding: { name: 'Лом', site: null } })).body.branding, { name: 'Лом' })
    assert.equal((await put('BRAND', { name: 'Титова' })).body.branding, undefined)
    const unknown = await service.api('GET', '/branches/NOWHERE')
    assert.deepEqual([unknown.status, unknown.body.code], [404, 'not_found'])
  })

  it('a branding that messengers would refuse is 422, and changes nothing', async () => {
    for (const branding of [
      { site: 'javascript:alert(1)' },
      { site: 'example.ru' },
      { site: 'http://localhost/' },
      { logoUrl: 'ftp://example.ru/logo.png' },
      { feedbackUrl: `https://example.ru/${'x'.repeat(500)}` },
      { name: '' },
      { signature: 'x'.repeat(301) },
      { phone: 'спросите' },
      { greeting: 'да' },
      { buttons: ['ok', 'ok'] },
      { buttons: ['stop'] },
      { logo: 'https://example.ru/logo.png' },
      [],
    ]) {
      const answer = await put('X', { branding })
      assert.equal(answer.status, 422, JSON.stringify(branding))
      assert.match(answer.body.message, /branding/)
      assert.match(answer.body.message, /[а-яё]{3}/i)
    }
    assert.equal(await listed('X'), undefined)
  })

  it('what is no zone or no name is 422, in Russian', async () => {
    for (const body of [{ timezone: 'Марс' }, { timezone: 5 }, { name: '' }, { zone: 'Europe/Moscow' }]) {
      const answer = await put('X', body)
      assert.equal(answer.status, 422, JSON.stringify(body))
      assert.match(answer.body.message, /[а-яё]{3}/i)
    }
    assert.equal(await listed('X'), undefined)
  })

  it('a key of one branch sees and changes that one', async () => {
    const rights = { scopes: ['sources:read', 'sources:write'], branch: 'EKB' }
    const { key } = await madeKey(service, rights)
    const { body } = await apiWith(service.url, key, 'GET', '/branches')
    assert.deepEqual(
      body.branches.map(({ code }: Json) => code),
      ['EKB'],
    )
    assert.equal((await apiWith(service.url, key, 'PUT', '/branches/VVO', { name: 'x' })).status, 403)
    assert.equal((await apiWith(service.url, key, 'GET', '/branches/VVO')).status, 403)
    assert.equal((await apiWith(service.url, key, 'GET', '/branches/EKB')).status, 200)
    assert.equal((await apiWith(service.url, key, 'PUT', '/branches/EKB', { name: 'x' })).status, 200)
  })
})
