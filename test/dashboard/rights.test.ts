import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { apiRouteTable } from '../../src/api/routes.ts'
import { actNames, acts } from '../../src/audit/acts.ts'
import { requestErasure } from '../../src/clients/erasure-requests/store.ts'
import { hashPassword } from '../../src/dashboard/access/password.ts'
import { type Right, type Role, rights, roles } from '../../src/dashboard/access/rights.ts'
import { createUser, setPassword } from '../../src/dashboard/access/users/store.ts'
import { buttonFor, buttonKinds, buttonOf, buttonTitles } from '../../src/dashboard/hand/buttons.ts'
import type { Line } from '../../src/dashboard/journal/store.ts'
import { dashboardRoutes } from '../../src/dashboard/routes.ts'
import { sql } from '../../src/db/sql.ts'
import { reasons } from '../../src/deliveries/delivery.ts'
import { reasonsOf, reasonTexts, sides } from '../../src/deliveries/reasons.ts'
import { createApp } from '../../src/http/app.ts'
import { branded, newId } from '../../src/lib/ids.ts'
import { apiNeedsOf, intakeOf, receiveOf } from '../../src/service.ts'
import { suiteScope } from '../support/scope.ts'
import { until } from '../support/until.ts'
import { makeClient, openDashboard, password, type TestDashboard } from './open.ts'
import { noPages, pages } from './pages.ts'
import { makeTown, type Town } from './town.ts'
import { readable, type Visitor } from './visitor.ts'

/** Why these leave no line: they change nothing, or machines call them by the thousand and another journal has each call. */
const withoutAudit: Record<string, string> = {
  'PUT /clients/:externalId': 'an exchange saves all clients every night: the log of looks has each, with its key',
  'POST /sms': 'every text is an event, kept with its key, and a line of the journal',
  'POST /sources/:name/dry-run': 'sends and keeps nothing',
  'POST /preview': 'sends and keeps nothing',
  'POST /reconcile': 'compares',
  'POST /templates/:type/preview': 'sends and keeps nothing',
  'POST /templates/:type/shadow': 'sends and keeps nothing',
}

type Route = { method: string; url: string; right: Right | 'public' | undefined; act: string | undefined }

describe('who may do what in the dashboard', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let dashboard: TestDashboard
  let town: Town
  let routes: Route[]
  const visitors: Partial<Record<Role | 'nizhny', Visitor>> = {}

  before(async () => {
    dashboard = await openDashboard(scope)
    town = await makeTown(dashboard)
    routes = await routesOf(dashboard)
    // One slow hash serves them all: the door itself is tested in access.test.ts.
    const passwordHash = await hashPassword(password)
    for (const [name, role, branches] of [
      ['viewer', 'viewer', null],
      ['operator', 'operator', null],
      ['administrator', 'administrator', null],
      ['nizhny', 'operator', ['NN-01']],
    ] as const) {
      await createUser(dashboard.services.db, { name, role, branches, passwordHash })
      await setPassword(dashboard.services.db, { name, passwordHash, mustChange: false })
      const visitor = dashboard.visitor()
      assert.equal((await visitor.post('/login', { username: name, password })).status, 303, name)
      visitors[name] = visitor
    }
  })

  const as = (name: Role | 'nizhny'): Visitor => {
    const visitor = visitors[name]
    if (!visitor) throw new Error(`nobody is logged in as ${name}`)
    return visitor
  }
  const auditOf = (act: string) =>
    dashboard.services.db.many(
      z.object({ who: z.string(), object: z.string().nullable(), outcome: z.string(), detail: z.unknown() }),
      sql`select who, object, outcome, detail from audit where act = ${act} order by id`,
    )

  it('every route names the right it needs', () => {
    assert.ok(routes.length > 40, String(routes.length))
    for (const { method, url, right } of routes) {
      assert.ok(right === 'public' || rights.some((each) => each === right), `${method} ${url}: no right`)
    }
    const open = routes.filter(({ right }) => right === 'public').map(({ url }) => url)
    assert.ok(
      open.every((url) => /^\/(login|assets\/.*|\*)?$/.test(url)),
      open.join(),
    )
    const deeds = routes.filter(
      ({ method, right, url }) => method === 'POST' && right !== 'public' && !/try|shadow/.test(url),
    )
    for (const { url, act } of deeds) assert.ok(act, `POST ${url} leaves no line in the audit log`)
  })

  it('every page is among those that the browser opens', () => {
    const served = routes
      .filter(({ method, url }) => method === 'GET' && !url.startsWith('/assets/'))
      .map(({ url }) => url)
    assert.deepEqual(
      served.filter((url) => pages[url] === undefined && !noPages.includes(url)),
      [],
    )
  })

  it('a role that may not gets a page that says so, on every route', async () => {
    const allowed: Record<Role, readonly string[]> = {
      viewer: ['own', 'see'],
      operator: ['own', 'see', 'export', 'act'],
      administrator: rights,
    }
    const addresses = routes.filter(
      ({ method, right }) => (method === 'GET' || method === 'POST') && right !== 'public',
    )
    for (const role of roles) {
      for (const { method, url, right } of addresses) {
        if (right === undefined || allowed[role].includes(right)) continue
        const path = url.replace(/:\w+/g, 'x')
        const answer = method === 'GET' ? await as(role).get(path) : await as(role).post(path, {})
        assert.equal(answer.status, 403, `${role}: ${method} ${path}`)
        assert.match(readable(answer.text), /Вашей роли это не разрешено/)
      }
    }
    assert.doesNotMatch((await as('viewer').get(`/clients/${town.petr.id}`)).text, /<form class="act"/)
    const nav = (await as('viewer').get('/today')).text
    assert.ok(nav.includes('/undelivered') && !nav.includes('href="/settings"'))
    const denied = await auditOf('user.create')
    assert.ok(denied.some(({ who, outcome }) => who === 'viewer' && outcome === 'denied'))
  })

  it('an operator of one branch sees only its messages, clients, events and counts', async () => {
    const page = await as('nizhny').get('/journal')
    assert.match(readable(page.text), /Иванов Иван Петрович/)
    assert.doesNotMatch(page.text, /Константинопольская/)
    assert.doesNotMatch(page.text, /KZ-02/)
    for (const path of [
      '/journal?q=Константинопольская',
      '/journal?q=%2B79265550101',
      '/journal?q=КЗ00-000012',
      '/journal?branch=KZ-02',
      '/journal/lines?branch=KZ-02',
    ]) {
      assert.doesNotMatch((await as('nizhny').get(path)).text, /Анна-Мария|КЗ00-000012<\/small>/, path)
    }
    assert.equal((await as('nizhny').get(`/clients/${town.anna.id}`)).status, 404)
    assert.equal((await as('administrator').get(`/clients/${town.anna.id}`)).status, 200)
    const [event] = await dashboard.services.db.many(
      z.object({ id: z.string(), event_id: z.string(), said: z.string() }),
      sql`select d.id, d.event_id, substr(e.identity, 4) as said from deliveries d join events e on e.id = d.event_id where d.branch_code = 'KZ-02'`,
    )
    assert.equal((await as('nizhny').get(`/events/${event?.event_id}`)).status, 404)
    const [own, all] = [await as('nizhny').get('/today'), await as('administrator').get('/today')]
    assert.match(readable(all.text), /мессенджер не подключён/)
    assert.doesNotMatch(readable(own.text), /мессенджер не подключён/)
    assert.match(readable(own.text), /бот заблокирован/)
    const resent = await as('nizhny').post(`/deliveries/${event?.id}/resend`, {
      _csrf: csrfIn((await as('nizhny').get('/today')).text),
    })
    assert.equal(resent.status, 404)
    const file = (await as('nizhny').get('/journal/export.csv')).text
    assert.match(file, /Иванов Иван Петрович/)
    assert.doesNotMatch(file, /Константинопольская/)
    assert.equal((await as('administrator').get(`/journal?q=${event?.event_id}`)).status, 302)
    for (const id of [event?.event_id, event?.id, event?.said])
      assert.equal((await as('nizhny').get(`/journal?q=${id}`)).status, 200, `${id}`)
    assert.match(readable((await as('operator').get('/today')).text), /За час принято/)
    assert.doesNotMatch(readable((await as('nizhny').get('/today')).text), /За час принято/)
    await dashboard.desk.ask('POST /queues/:name/pause', { params: { name: 'telegram' } }, 'administrator')
    assert.match(readable((await as('operator').get('/today')).text), /остановлено.*Ждёт \d/)
    const stopped = readable((await as('nizhny').get('/today')).text)
    assert.match(stopped, /остановлено/)
    assert.doesNotMatch(stopped, /Ждёт \d/)
    await dashboard.desk.ask('POST /queues/:name/resume', { params: { name: 'telegram' } }, 'administrator')
    assert.doesNotMatch((await as('nizhny').get('/undelivered?days=30')).text, /мессенджер не подключён/)
    assert.match((await as('administrator').get('/undelivered?days=30')).text, /мессенджер не подключён/)
  })

  it('every look at people and every act is noted, and no note can be changed', async () => {
    await as('operator').get(`/clients/${town.ivan.id}`)
    await as('operator').get(`/clients/${town.ivan.id}`, { 'hx-request': 'true' })
    const looks = await auditOf('look.client')
    assert.equal(looks.filter(({ who }) => who === 'operator').length, 2, 'no header hides a look')
    const before = (await auditOf('look.journal')).length
    for (let poll = 0; poll < 3; poll++) await as('operator').get(`/journal/lines?state=sent&seen=${poll}`)
    assert.equal((await auditOf('look.journal')).length, before + 1)
    assert.ok(
      looks.some(({ who, object, outcome }) => who === 'operator' && object === town.ivan.id && outcome === 'done'),
    )
    await as('operator').get('/journal?q=%2B79031234567')
    const { text } = await as('operator').get(`/clients/${town.petr.id}`)
    const refused = await as('operator').post(`/deliveries/${town.blocked.id}/resend`, { _csrf: csrfIn(text) })
    assert.equal(refused.status, 409)
    assert.match(readable(refused.text), /Клиент заблокировал бота/)
    assert.ok(
      (await auditOf('delivery.resend')).some(
        ({ object, outcome }) => object === town.blocked.id && outcome === 'refused',
      ),
    )
    const all = JSON.stringify(await dashboard.services.db.many(z.unknown(), sql`select * from audit`))
    for (const secret of ['9031234567', 'Иванов', 'Сидоров', password]) assert.ok(!all.includes(secret), secret)
    for (const change of [sql`update audit set who = 'nobody'`, sql`delete from audit`, sql`truncate audit`]) {
      await assert.rejects(dashboard.services.db.run(change), /only ever added to/)
    }
    const page = await as('administrator').get('/audit?who=operator')
    assert.match(readable(page.text), /Просмотр карточки клиента/)
    assert.match(readable(page.text), /Повторная отправка не выполнено/)
    assert.doesNotMatch((await as('administrator').get('/audit?act=deeds')).text, /<b>Просмотр/)
  })

  it('an export is noted when it ends, with the filter, the number of lines and who took it', async () => {
    const csv = await as('operator').get('/journal/export.csv?state=failed&q=%2B79129876543')
    assert.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8')
    assert.match(csv.text, /^\ufeff?Дата и время;Площадка;/)
    assert.equal(csv.text.trim().split('\r\n').length, 2)
    const xlsx = await as('operator').get('/journal/export.xlsx')
    assert.match(xlsx.headers.get('content-type') ?? '', /spreadsheetml/)
    const noted = await until(
      async () => {
        const lines = await auditOf('journal.export')
        return lines.length >= 2 ? lines : undefined
      },
      10_000,
      'both exports are noted',
    )
    assert.deepEqual(noted.at(-2), {
      who: 'operator',
      object: 'csv',
      outcome: 'done',
      detail: { rows: 1, state: 'failed', searched: true },
    })
    assert.deepEqual(noted.at(-1), { who: 'operator', object: 'xlsx', outcome: 'done', detail: { rows: 7 } })
    assert.equal((await as('viewer').get('/journal/export.csv')).status, 403)
    await as('operator').get('/journal/lines?channel=telegram')
    await dashboard.services.looks.idle()
    const looks = await dashboard.services.db.many(
      z.object({ place: z.string(), filter: z.unknown(), shown: z.number() }),
      sql`select distinct place, filter, shown from looks
          where who = 'user:operator' and (client_id is null or place = '/journal/lines') order by place`,
    )
    assert.deepEqual(looks, [
      { place: '/journal/export.csv', filter: { state: 'failed', searched: 'true' }, shown: 1 },
      { place: '/journal/export.xlsx', filter: {}, shown: 7 },
      { place: '/journal/lines', filter: null, shown: 1 },
    ])
  })

  it('every act of the API is noted too, with our own id and never with what a sender calls a person', async () => {
    const { services, desk } = dashboard
    const routes = apiRouteTable(apiNeedsOf(services, receiveOf(services), intakeOf(services)))
    assert.deepEqual(
      routes
        .filter(({ method, audit }) => method !== 'GET' && !audit)
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
      Object.keys(withoutAudit).sort(),
    )
    const phone = '+79031234567'
    const link = 'POST /clients/:externalId/code'
    await desk.ask(link, { params: { externalId: 'client-ivan' } }, 'operator')
    await assert.rejects(desk.ask(link, { params: { externalId: phone } }, 'operator'))
    const erase = 'POST /clients/:externalId/erase'
    await assert.rejects(desk.ask(erase, { params: { externalId: phone } }, 'operator'))
    await desk.ask('PUT /retention', { body: {} }, 'operator')
    assert.deepEqual(
      (await auditOf('client.code'))
        .filter(({ outcome }) => outcome !== 'denied')
        .map(({ object, outcome }) => [object, outcome]),
      [
        [town.ivan.id, 'done'],
        [null, 'refused'],
      ],
    )
    assert.deepEqual(
      (await auditOf('client.erase'))
        .filter(({ outcome }) => outcome !== 'denied')
        .map(({ object, outcome }) => [object, outcome]),
      [[null, 'refused']],
    )
    assert.equal((await auditOf('retention.change')).length, 1)
    await desk.ask('GET /clients/:externalId', { params: { externalId: 'client-anna' } }, 'operator')
    await services.db.run(sql`update contacts set team = true where client_id = ${town.ivan.id}`)
    await requestErasure(services.db, town.ivan.id, 'telegram')
    await makeClient(dashboard, { externalId: 'ivan-again', phone })
    await services.db.run(
      sql`insert into questions (id, client_id, channel, address_index, update_key)
          values (${newId('question')}, ${town.ivan.id}, 'telegram', decode('00', 'hex'), 'update')`,
    )
    for (const list of ['GET /team', 'GET /erasure-requests', 'GET /client-doubles', 'GET /questions']) {
      await desk.ask(list, {}, 'operator')
      await services.looks.idle()
      const [look] = await services.db.many(
        z.object({ who: z.string() }),
        sql`select who from looks where place = ${list} and client_id = ${town.ivan.id}`,
      )
      assert.equal(look?.who, 'user:operator', list)
    }
    await as('administrator').get('/settings/test')
    await services.looks.idle()
    assert.deepEqual(
      await services.db.many(
        z.object({ who: z.string(), client_id: z.string() }),
        sql`select who, client_id from looks where place = '/settings/test'`,
      ),
      [{ who: 'user:administrator', client_id: town.ivan.id }],
    )
    assert.deepEqual(
      await services.db.many(
        z.object({ who: z.string(), client_id: z.string() }),
        sql`select who, client_id from looks where place = 'GET /clients/:externalId'`,
      ),
      [{ who: 'user:operator', client_id: town.anna.id }],
    )
  })

  it('U+0000 is refused in Russian wherever it comes', async () => {
    const admin = as('administrator')
    for (const path of ['/audit?who=%00', '/clients/a%00', '/journal?q=%00', '/journal/lines?q=%00']) {
      const answer = await admin.get(path)
      assert.equal(answer.status, 422, path)
      assert.match(readable(answer.text), /невидимый знак/)
    }
    const refused = (await auditOf('look.journal')).filter(({ outcome }) => outcome === 'refused').length
    await admin.get('/journal/lines?q=%00')
    const again = (await auditOf('look.journal')).filter(({ outcome }) => outcome === 'refused').length
    assert.equal(again, refused + 1, 'what is refused is no poll')
    const _csrf = csrfIn((await admin.get('/settings/users')).text)
    assert.equal((await admin.post('/settings/users', { _csrf, name: 'a\0', role: 'viewer' })).status, 422)
  })

  it('a password that somebody else has set has to be changed first, and wrong guesses at it are counted', async () => {
    const admin = as('administrator')
    await admin.get('/settings/users')
    const made = await admin.submit('/settings/users', { name: 'Новичкова', role: 'operator', branches: 'KZ-02' })
    const secret = /class="secret">([^<]+)</.exec(made.text)?.[1] ?? ''
    assert.match(secret, /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/)
    const newcomer = dashboard.visitor()
    assert.equal((await newcomer.post('/login', { username: 'новичкова', password: secret })).status, 303)
    assert.equal((await newcomer.get('/journal')).location, '/password')
    assert.match(readable((await newcomer.get('/password')).text), /Ваш пароль задал администратор/)
    const own = 'три слона у моста'
    for (const [next, problem] of [
      ['коротко', /слишком короткий/],
      ['моя новичкова', /не должно быть имени/],
      ['аааааааааааа', /слишком простой/],
    ] as const) {
      const refused = await newcomer.submit('/password', { present: secret, next, repeated: next })
      assert.equal(refused.status, 422, next)
      assert.match(readable(refused.text), problem)
    }
    assert.match(
      readable((await newcomer.submit('/password', { present: 'wrong', next: own, repeated: own })).text),
      /Прежний пароль не подходит/,
    )
    const changed = await newcomer.submit('/password', { present: secret, next: own, repeated: own })
    assert.equal(changed.status, 303, changed.text)
    assert.equal((await newcomer.get('/journal')).status, 200)
    assert.equal((await dashboard.visitor().post('/login', { username: 'новичкова', password: own })).status, 303)
    const twice = await admin.submit('/settings/users', { name: 'новичкова', role: 'viewer' })
    assert.equal(twice.status, 409)
    assert.match(readable(twice.text), /уже есть/)
    await admin.get('/settings/users')
    const closed = await admin.submit(`/settings/users/${encodeURIComponent('новичкова')}`, {
      role: 'viewer',
      disabled: 'true',
    })
    assert.equal(closed.status, 303)
    assert.match((await newcomer.get('/journal')).location ?? '', /^\/login/)
  })

  it('the last administrator stays one', async () => {
    const admin = as('administrator')
    await dashboard.services.db.run(sql`update users set role = 'viewer' where name = 'admin'`)
    await admin.get('/settings/users')
    const answer = await admin.submit('/settings/users/administrator', { role: 'operator' })
    assert.equal(answer.status, 409)
    assert.match(readable(answer.text), /последний администратор/)
    await dashboard.services.db.run(sql`update users set role = 'administrator' where name = 'admin'`)
  })

  it('every act has a Russian name, and every reason one cause, one advice and one button', () => {
    for (const act of actNames) assert.match(acts[act], /^[А-ЯЁ][а-яё «»С]+/)
    const operator = {
      userName: 'o',
      role: 'administrator',
      csrf: 'c',
      branches: null,
      mustChangePassword: false,
    } as const
    const policy = {
      sendMode: 'live',
      channelOrder: ['telegram'],
      channelsOn: ['telegram'],
      foreignForbidden: false,
      timezone: 'Europe/Moscow',
      quietHours: { from: 21, to: 9 },
    } as const
    assert.deepEqual(Object.keys(buttonOf).sort(), [...reasons].sort())
    assert.deepEqual(Object.keys(buttonTitles).sort(), [...buttonKinds].sort())
    for (const reason of reasons) {
      const { markup } = buttonFor({ operator, policy, contacts: [] }, lineOf(reason))
      const buttons = [...markup.matchAll(/<button[^>]*>([^<]+)<|class="button"[^>]*>([^<]+)</g)]
      assert.equal(buttons.length, 1, `${reason}: ${markup}`)
      assert.match(buttons[0]?.[1] ?? buttons[0]?.[2] ?? '', /^[А-ЯЁ]/)
      assert.ok(reasonTexts[reason].cause && reasonTexts[reason].advice)
    }
    const told = sides.flatMap(reasonsOf)
    assert.equal(new Set(told).size, told.length)
    assert.deepEqual(
      reasons.filter((each) => !told.includes(each)),
      ['superseded', 'too_late', 'test_mode', 'not_team', 'erased'],
    )
  })
})

function lineOf(reason: (typeof reasons)[number]): Line {
  const now = new Date()
  return {
    id: branded<'delivery'>('dlv_1'),
    eventId: branded<'event'>('evt_1'),
    at: now,
    source: '1c',
    branch: null,
    client: { id: branded<'client'>('cli_1'), phone: '+79031234567', fullName: 'Иванов', isErased: false },
    type: 'payout.paid',
    operationNumber: 'ПСА-1',
    channel: 'telegram',
    state: 'failed',
    reason,
    engagement: null,
    attempts: 1,
    repeat: false,
    message: undefined,
    test: false,
    nextAttemptAt: null,
    decidedAt: now,
    consentId: null,
    purpose: 'service',
    isFollowed: false,
    isPaused: false,
  }
}

function csrfIn(page: string): string {
  return /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
}

async function routesOf({ desk, services }: TestDashboard): Promise<Route[]> {
  const found: Route[] = []
  const plugin: FastifyPluginAsync = async (app) => {
    app.addHook('onRoute', ({ method, url, config }) => {
      for (const each of [method].flat()) found.push({ method: each, url, right: config?.right, act: config?.act })
    })
    await dashboardRoutes(app, desk)
  }
  const app = await createApp({ log: services.log, metrics: services.metrics, routes: [plugin] })
  await app.ready()
  await app.close()
  return found
}
