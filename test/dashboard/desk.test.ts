import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { linkContact } from '../../src/clients/store.ts'
import { sql } from '../../src/db/sql.ts'
import { apiWith } from '../support/keys.ts'
import { suiteScope } from '../support/scope.ts'
import { makeClient, openDashboard, type TestDashboard } from './open.ts'
import { keepOnly, makeMessage } from './seed.ts'
import { makeTown, type Town } from './town.ts'
import { readable, type Visitor } from './visitor.ts'

describe('the operator at his desk', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let dashboard: TestDashboard
  let town: Town
  let admin: Visitor

  before(async () => {
    dashboard = await openDashboard(scope, { channelsOn: ['telegram', 'max'] })
    town = await makeTown(dashboard)
    admin = await dashboard.operator()
  })

  const page = async (path: string): Promise<string> => {
    const answer = await admin.get(path)
    assert.equal(answer.status, 200, `${path}: ${readable(answer.text)}`)
    return answer.text
  }
  const deliveriesOf = (event: string) =>
    dashboard.services.db.many(
      z.object({ id: z.string(), channel: z.string(), state: z.string(), resent_by: z.string().nullable() }),
      sql`select id, channel, state, resent_by from deliveries where event_id = ${event} order by id`,
    )

  it('sends a message again by its one button, and a double click sends it once', async () => {
    const { petr, blocked } = town
    await linkContact(dashboard.services, petr, { channel: 'max', address: '501', linkedBy: 'bot' })
    assert.match(await page(`/clients/${petr.id}`), /<button>Отправить в MAX<\/button>/)
    const action = `/deliveries/${blocked.id}/resend`
    const clicks = await Promise.all([admin.submit(action), admin.submit(action)])
    assert.deepEqual(clicks.map(({ location }) => location?.split('=')[1]).sort(), ['already', 'resent'])
    assert.equal(clicks[0]?.location?.split('?')[0], `/events/${blocked.eventId}`)
    const [, resent, ...more] = await deliveriesOf(blocked.eventId)
    assert.deepEqual([resent?.channel, resent?.state, resent?.resent_by, more], ['max', 'queued', 'admin', []])
    const shown = await page(clicks[0]?.location ?? '')
    assert.doesNotMatch(shown.split('Что стало')[1] ?? '', /Отправить/, 'what is on its way has no button')
  })

  it('says «Повторное сообщение» before whatever may have come, and asks first', async () => {
    const { lost } = town
    const shown = await page(`/events/${lost.eventId}`)
    assert.match(readable(shown), /Повтор начнётся словами «Повторное сообщение»/)
    const sent = await admin.submit(`/deliveries/${lost.id}/resend`, { channel: 'telegram' })
    assert.match(sent.location ?? '', /done=resent/)
    assert.match(readable(await page(sent.location ?? '')), /Повторное сообщение: Выплата 3.200/)
  })

  it('sends again what a mended fault of ours had lost, by reason and with a limit', async () => {
    const client = await makeClient(dashboard, { externalId: 'list', phone: '+79037770000', fullName: 'Листов Лев' })
    await linkContact(dashboard.services, client, { channel: 'telegram', address: '601', linkedBy: 'bot' })
    await dashboard.services.db.run(
      sql`insert into consents (id, client_id, purpose, granted, at, given_by) values ('cns_list', ${client.id}, 'service', true, now(), 'api')`,
    )
    for (let index = 0; index < 3; index++) {
      const operation = { operation: { id: `list-${index}`, items: [] } }
      await makeMessage(dashboard, {
        client,
        state: 'failed',
        reason: 'template_error',
        at: new Date(Date.now() - index * 1_000),
        event: operation,
      })
    }
    const list = await page('/undelivered?days=3')
    assert.match(readable(list), /Наша вина: 3 .*ошибка в шаблоне.* 3 Отправить ещё раз/)
    const reasons = [...list.matchAll(/name="reason" value="(\w+)"/g)].map(([, reason]) => reason)
    assert.ok(!reasons.includes('opted_out') && !reasons.includes('superseded'), reasons.join())
    const csrf = /name="_csrf" value="([^"]+)"/.exec(list)?.[1] ?? ''
    const done = await admin.post('/undelivered/replay', {
      _csrf: csrf,
      reason: 'template_error',
      days: '3',
      limit: '2',
    })
    assert.match(readable(done.text), /Поставлено в очередь: 2 сообщения из 2/)
    assert.match(readable(await page('/undelivered?days=3')), /Наша вина: 1/)
    const forged = await admin.post('/undelivered/replay', {
      _csrf: csrf,
      reason: 'superseded',
      days: '3',
      limit: '-5',
    })
    assert.match(readable(forged.text), /Поставлено в очередь: 0 сообщений из 0/)
  })

  it('stops a messenger and lets it go, and the first page says so meanwhile', async () => {
    await page('/settings')
    assert.equal((await admin.submit('/queues/telegram/pause')).location, '/settings?done=paused')
    assert.match(readable(await page('/today')), /остановлено Telegram/)
    await page('/settings')
    assert.equal((await admin.submit('/queues/telegram/drain')).location, '/settings?done=draining')
    await page('/today')
    assert.equal((await admin.submit('/queues/telegram/resume')).location, '/settings?done=running')
    assert.doesNotMatch(readable(await page('/today')), /остановлено|доводится начатое/)
  })

  it('decides about an infobase on the first page', async () => {
    await keepOnly(dashboard, { client: town.ivan, event: { infobase: 'buh-prod' } })
    const held = await keepOnly(dashboard, { client: town.ivan, event: { infobase: 'buh-second' } })
    assert.match(readable(await page('/today')), /новая база «buh-second»/)
    assert.equal((await admin.submit('/infobases/confirm')).location, '/today?done=confirmed')
    assert.doesNotMatch(readable(await page('/today')), /новая база/)
    assert.match(readable(await page('/settings/infobases')), /buh-second подтверждена/)
    assert.doesNotMatch(readable(await page(`/events/${held}`)), /Событие удержано/)
  })

  it('makes a key that is shown once, and takes it back', async () => {
    await page('/settings/sources')
    const refused = await admin.submit('/settings/keys', { name: 'без прав', kind: 'live', source: '', branch: '' })
    assert.equal(refused.status, 422)
    assert.match(readable(refused.text), /укажите source/)
    assert.match(refused.text, /value="без прав"/, 'what was typed stays')
    const made = await admin.submit('/settings/keys', {
      name: '1С, Казань',
      kind: 'test',
      source: '1c',
      branch: 'KZ-02',
    })
    const secret = /class="secret">(vst_test_[\w-]+)</.exec(made.text)?.[1] ?? ''
    assert.ok(secret.length > 30)
    const list = await page('/settings/sources')
    assert.ok(!list.includes(secret) && list.includes(secret.slice(-4)))
    const revoke = /action="(\/settings\/keys\/key_[0-9a-f]+\/revoke)"/.exec(list)?.[1] ?? ''
    assert.equal((await admin.submit(revoke)).location, '/settings/sources?done=revoked')
    assert.match(readable(await page('/settings/sources')), /отозван/)
    assert.equal(
      (await apiWith(dashboard.url, secret, 'GET', '/journal')).status,
      404,
      'the dashboard alone has no API',
    )
  })

  it('sets a branch, and what is wrong comes back with what was typed', async () => {
    const path = '/settings/branches/KZ-02'
    await page(path)
    const bad = await admin.submit(path, { name: 'Казань', site: 'не адрес', quietFrom: '22', quietTo: '8' })
    assert.equal(bad.status, 422)
    assert.match(bad.text, /value="не адрес"/)
    const words = await admin.submit(path, { name: 'Казань', quietFrom: 'вечер', quietTo: '8' })
    assert.match(readable(words.text), /Тихие часы с: ожидается целое число/)
    const saved = await admin.submit(path, {
      name: 'Казань',
      site: 'https://kzn.example.ru',
      greeting: 'true',
      quietFrom: '22',
      quietTo: '8',
      reminders: 'own',
      daysBefore: '2',
      reminderHour: '11',
      unread: '',
    })
    assert.equal(saved.location, `${path}?done=saved`)
    const shown = await page(path)
    assert.match(shown, /name="site"[^>]*value="https:\/\/kzn.example.ru"/)
    assert.match(shown, /<option value="own" selected>/)
    assert.match(shown, /name="quietFrom"[^>]*value="22"/)
    assert.equal((await admin.get('/settings/branches/nowhere')).status, 404)
  })

  it('writes a text: looks at it, keeps it, publishes it, and goes back', async () => {
    const path = '/templates/payout.paid'
    await page(path)
    const wrong = await admin.submit(`${path}/draft`, { text: 'Выплата {{ суммма }}' })
    assert.equal(wrong.status, 422)
    assert.match(wrong.text, /суммма/)
    const looked = await admin.submit(`${path}/draft`, { text: 'Деньги {{ сумма }} у вас. <b>' })
    assert.equal(looked.location, `${path}?done=saved`)
    const editor = await page(path)
    assert.match(editor, /<div class="bubble">Деньги 14.500.₽ у вас\. &lt;b&gt;<\/div>/)
    assert.match(editor, /<ins>/)
    const shadow = await admin.submit(`${path}/shadow`, { text: 'Деньги {{ сумма }} у вас.' })
    assert.match(readable(shadow.text), /прочлось бы иначе \d+/)
    await page(path)
    // The form of the text carries its buttons by formaction: a browser sends the same fields.
    const csrf = /name="_csrf" value="([^"]+)"/.exec(editor)?.[1] ?? ''
    assert.equal((await admin.post(`${path}/publish`, { _csrf: csrf })).location, `${path}?done=published`)
    assert.match(readable(await page('/templates')), /Выплата зачислена свой/)
    const part = await admin.post(`${path}/try`, { _csrf: csrf, text: '{{ нет такой }}' }, { 'hx-request': 'true' })
    assert.match(part.text, /ошибка/)
    assert.doesNotMatch(part.text, /<html/)
    assert.equal(
      (await admin.post(`${path}/rollback`, { _csrf: csrf, version: '0' })).location,
      `${path}?done=rolledback`,
    )
    assert.equal((await admin.post(`${path}/drop`, { _csrf: csrf })).status, 404)
    assert.equal((await admin.get('/templates/nothing.here')).status, 404)
  })

  it('says who is told of a messenger that is down', async () => {
    await page('/settings/alerts')
    assert.equal(
      (await admin.submit('/settings/alerts', { telegram: '11\n12', max: '77' })).location,
      '/settings/alerts?done=saved',
    )
    assert.match(await page('/settings/alerts'), />11\n12<\/textarea>/)
  })

  it('shows reminders, and refuses a page that is no page', async () => {
    assert.match(readable(await page('/settings/reminders?state=nonsense')), /Назначенных напоминаний нет/)
    assert.match(readable(await page('/audit?act=nonsense&cursor=forged')), /Выпуск ключа/)
    assert.equal((await admin.get('/settings/users/nobody')).status, 404)
    assert.equal((await admin.post('/queues/pigeons/pause', { _csrf: 'stale' })).status, 403)
  })

  it('a session that has ended sends even a part of a page to the door', async () => {
    const stranger = dashboard.visitor()
    const answer = await stranger.get('/journal/lines', { 'hx-request': 'true' })
    assert.equal(answer.headers.get('hx-redirect'), '/login')
    assert.doesNotMatch(answer.text, /Иванов/)
  })
})
