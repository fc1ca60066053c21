import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import { dayOf } from '../../src/lib/moment.ts'
import { catalog } from '../../src/reports/catalog.ts'
import { tellDigest } from '../../src/reports/digest/tell.ts'
import { computeDay, holdsForMs, refreshFacts, shifted } from '../../src/reports/facts.ts'
import { differenceOf } from '../../src/reports/proportions.ts'
import { watchDays } from '../../src/reports/two-groups.ts'
import { caller } from '../api/keys.ts'
import { makeClient } from '../dashboard/open.ts'
import { makeMessage } from '../dashboard/seed.ts'
import { readable, type Visitor, visitorOf } from '../dashboard/visitor.ts'
import { suiteScope } from '../support/scope.ts'
import { adminKey, type Json, startService, type TestService } from '../support/service.ts'
import { makeReportTown, nizhny, toldAgain } from './town.ts'

const timezone = 'Europe/Moscow'
const guide = readFileSync(new URL('../../docs/ru/otchety.md', import.meta.url), 'utf8')

describe('the reports', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  const today = dayOf(Date.now(), timezone)
  let service: TestService
  let operator: Visitor
  let first = ''
  const facts = () => ({ db: service.services.db, timezone })

  before(async () => {
    service = await startService(scope, { ROLES: 'api' })
    operator = visitorOf(service.url)
    await operator.post('/login', { username: 'admin', password: 'test-password' })
    first = (await makeReportTown(service, today)).first
    assert.ok((await refreshFacts(facts(), new AbortController().signal)) >= 41)
  })

  const report = async (name: string, query = ''): Promise<Json> => {
    const { status, body } = await service.api('GET', `/reports/${name}?from=${first}&to=${today}${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  const rowOf = (body: Json, key: string | undefined): Json => body.rows.find((row: Json) => row.key === key)

  it('count each message on the day of its branch, once, and no test', async () => {
    const body = await report('deliveries')
    assert.equal(body.rows.length, 41)
    assert.deepEqual(rowOf(body, first), {
      ...{
        key: first,
        title: first,
        total: 3,
        sent: 2,
        delivered: 0,
        pending: 0,
        unknown: 0,
        moved: 0,
        failed: 0,
        skipped: 1,
      },
    })
    const night = rowOf(body, shifted(first, 1))
    assert.deepEqual([night.total, night.moved, night.sent, night.failed], [2, 1, 1, 0])
    assert.equal(rowOf(body, shifted(first, 5)).total, 0)
    assert.equal(body.total.total, 8)
    assert.deepEqual([(await report('deliveries', '&branch=EKB-02')).total.total, body.zone], [2, timezone])
  })

  it('the funnel takes each share of those messages only that could tell', async () => {
    const body = await report('funnel')
    assert.deepEqual(rowOf(body, 'vk'), {
      ...{ key: 'vk', title: 'ВКонтакте', taken: 2, deliveredOf: 0, readShare: 0.5, read: 1, readOf: 2, tappedOf: 0 },
    })
    const telegram = rowOf(body, 'telegram')
    assert.deepEqual([telegram.taken, telegram.readOf, telegram.read], [3, 0, undefined])
    assert.deepEqual([telegram.tappedOf, telegram.tapped, telegram.tappedShare], [1, 1, 1])
    assert.match((await operator.get(`/reports/funnel?from=${first}&to=${today}`)).text, /не сообщает/)
  })

  it('the undelivered stand by their cause with an advice; what went on by another channel is not among them', async () => {
    const { rows, total } = await report('undelivered')
    assert.deepEqual(
      rows.map((row: Json) => [row.key, row.undelivered, row.skipped]),
      [['no_contact', 1, 1]],
    )
    assert.match(rows[0].advice, /QR/)
    assert.ok(total.share > 0.1 && total.share < 0.2, JSON.stringify(total))
    assert.equal(rowOf(await report('undelivered', '&by=branch'), 'NN-01').undelivered, 1)
  })

  it('the time to the messenger and of a deal are medians true to a hundredth', async () => {
    const body = await report('timing', '&type=payout.paid&branch=NN-01&by=channel')
    const [row] = body.rows
    near(row.factMedianMs, 100_000)
    near(row.keptMedianMs, 90_000)
    near((await report('timing')).total.factMedianMs, 12_000)
    const deals = await report('processing')
    assert.equal(deals.total.deals, 1)
    near(deals.total.medianMs, 3_600_000)
  })

  it('reach counts each client once, by branch and over all', async () => {
    const body = await report('channels')
    const nizhny = rowOf(body, 'NN-01')
    assert.deepEqual([nizhny.clients, nizhny.reached, nizhny.reach, nizhny.vk, nizhny.telegram], [2, 1, 0.5, 1, 3])
    assert.equal(nizhny.title, 'Нижний <b>Новгород</b>')
    assert.deepEqual([body.total.clients, body.total.reached, body.total.taken], [3, 2, 5])
  })

  it('refusals and the answers of the bot are counted by their day', async () => {
    const refusals = rowOf(await report('opt-outs'), today)
    assert.deepEqual([refusals.service, refusals.advertising, refusals.taken], [1, 1, 0])
    const calls = await report('calls-avoided')
    assert.deepEqual([calls.total.answers, calls.total.spared], [3, 2])
    assert.deepEqual([rowOf(calls, 'question').spared, rowOf(calls, 'money').title], [0, 'Где мои деньги?'])
  })

  it('marks of payouts are counted, and their share is of those who were asked', async () => {
    const body = await report('ratings')
    const { asked, rated, ratedShare, average, score4, score5 } = rowOf(body, first)
    assert.deepEqual([asked, rated, ratedShare, average, score4, score5], [2, 1, 0.5, 4, 1, 0])
    const vk = rowOf(await report('ratings', '&by=channel'), 'vk')
    assert.deepEqual([vk.asked, vk.rated, vk.ratedShare, vk.average], [1, 0, 0, undefined])
    assert.equal(rowOf(await report('ratings', '&by=branch'), 'NN-01').asked, 2)
    assert.equal(body.total.average, 4)
  })

  it('repeat visits and the hold-out compare two groups, with an interval', async () => {
    const seen = await service.api('GET', `/reports/returns?from=${first}&to=${shifted(first, 1)}`)
    const { total } = seen.body
    assert.deepEqual([total.firstClients, total.firstReturned, total.secondClients, total.secondReturned], [1, 1, 1, 0])
    const lot = (await report('holdout')).total
    assert.deepEqual([lot.firstClients, lot.firstShare, lot.secondClients, lot.secondShare], [1, 1, 1, 0])
    assert.ok(lot.low < 0.5 && lot.high <= 1 && lot.low < lot.difference, JSON.stringify(lot))
    // Newcombe 1998, table II, example (a): 56/70 against 48/80.
    const known = differenceOf({ of: 70, came: 56 }, { of: 80, came: 48 })
    assert.deepEqual([known?.low.toFixed(4), known?.high.toFixed(4)], ['0.0524', '0.3339'])
  })

  it('nobody is judged before the last day of his watch is over; a lot drawn at night is of its own day', async () => {
    const day = shifted(today, -watchDays)
    const total = async (name: string) =>
      (await service.api('GET', `/reports/${name}?from=${day}&to=${day}`)).body.total
    const visits = await total('returns')
    assert.deepEqual([visits.firstClients, visits.secondClients, visits.early], [0, 0, 1])
    const client = await makeClient(service, { externalId: 'night', phone: '+79035550188', branchCode: 'NN-01' })
    const at = new Date(`${day}T00:30:00+03:00`)
    const { id } = await makeMessage(service, {
      client,
      state: 'sent',
      at,
      event: { type: 'greeting', occasion: 'Ночь', ...nizhny },
    })
    await service.services.db.run(sql`update deliveries set trial = 'told', purpose = 'advertising' where id = ${id}`)
    const lot = await total('holdout')
    assert.deepEqual([lot.firstClients, lot.secondClients, lot.early], [0, 0, 1])
  })

  it('a day that is computed again is the same, unless the journal has changed', async () => {
    const before = await digestOf(service)
    await Promise.all([1, 2, 3].map(() => computeDay(facts(), first)))
    assert.equal(await digestOf(service), before, 'however many compute it at once')
    await service.services.db.run(
      sql`update deliveries set engagement = 'read' where channel = 'vk' and engagement is null`,
    )
    await computeDay(facts(), shifted(first, 1))
    assert.equal(rowOf(await report('funnel'), 'vk').readShare, 1)
    assert.equal(await refreshFacts(facts(), new AbortController().signal), 0)
    assert.deepEqual(
      [0, 1, 3, 40, 41].map((age) => holdsForMs(age)),
      [300_000, 3_600_000, 3_600_000, 86_400_000, undefined],
    )
  })

  for (const each of catalog) {
    it(`«${each.title}» is complete: page, chart, table, CSV, JSON, a way to break it down, and its chapter in the guide`, async () => {
      const keys = each.columns.map((column) => column.key)
      assert.equal(new Set(keys).size, keys.length)
      assert.match(each.name, /^[a-z-]+$/)
      for (const text of [each.title, each.about, each.caution]) assert.match(text, /[а-яё]{3}/i)
      for (const { title } of each.columns) assert.notEqual(title, '')
      for (const { key } of each.chart.series) assert.ok(keys.includes(key), key)
      assert.ok(guide.includes(`## ${each.title}\n`) && guide.includes(`\`${each.name}\``), 'docs/ru/otchety.md')
      for (const by of each.by) {
        const body = await report(each.name, `&by=${by}`)
        assert.ok(body.rows.length > 0, `${by} has no rows`)
        const page = await operator.get(`/reports/${each.name}?from=${first}&to=${today}&by=${by}`)
        assert.equal(page.status, 200)
        assert.equal(page.text.match(/<svg /g)?.length, 2, `${by}: a chart for a wide and one for a narrow screen`)
        assert.ok(readable(page.text).includes(each.caution.slice(0, 40)))
      }
      const csv = await operator.get(`/reports/${each.name}?from=${first}&to=${today}&format=csv`)
      const [head = '', ...lines] = csv.text.replace('\ufeff', '').trim().split('\r\n')
      assert.match(csv.headers.get('content-type') ?? '', /^text\/csv/)
      assert.ok(
        each.columns
          .filter(({ only }) => only === undefined || only === each.by[0])
          .every(({ title }) => head.includes(title)),
      )
      assert.ok(lines.length >= 2 && lines.at(-1)?.startsWith('Итого;'))
      const json = await operator.get(`/reports/${each.name}?format=json`)
      assert.equal(JSON.parse(json.text).name, each.name)
      const empty = await operator.get(`/reports/${each.name}?from=2020-01-01&to=2020-01-31`)
      assert.match(readable(empty.text), /Пока нечего считать/)
    })
  }

  it('the list of reports stands in the API and in the dashboard', async () => {
    const { body } = await service.api('GET', '/reports')
    assert.deepEqual(
      body.reports.map((each: Json) => each.name),
      catalog.map((each) => each.name),
    )
    const page = readable((await operator.get('/reports')).text)
    for (const { title } of catalog) assert.ok(page.includes(title), title)
    assert.equal(
      (await visitorOf(service.url).get('/reports/deliveries')).location,
      '/login?next=%2Freports%2Fdeliveries',
    )
  })

  it('a name with markup is text on the page and in the chart, and no formula in a spreadsheet', async () => {
    const page = (await operator.get(`/reports/channels?from=${first}&to=${today}`)).text
    assert.ok(!page.includes('<b>Новгород'))
    assert.match(page, /Нижний &lt;b&gt;Новгород/)
    const csv = await operator.get(`/reports/channels?from=${first}&to=${today}&format=csv`)
    assert.match(csv.text, /\r\n'=Екатеринбург 🚛;/)
    assert.match(csv.text, /;0,5;/)
  })

  const refused: [path: string, status: number, words: RegExp][] = [
    ['/reports/profit', 404, /Такого отчёта нет/],
    ['/reports/deliveries?from=2025-11-02&to=2025-11-01', 422, /позже/],
    ['/reports/deliveries?from=2025-02-30', 422, /from/],
    ['/reports/deliveries?from=2010-01-01', 422, /трёх лет/],
    ['/reports/deliveries?to=0001-01-05', 422, /1971/],
    ['/reports/deliveries?by=reason', 422, /не делится/],
    ['/reports/processing?channel=vk', 422, /не отбирается/],
    ['/reports/deliveries?format=pdf', 422, /format/],
  ]
  for (const [path, status, words] of refused) {
    it(`${path} is ${status} in Russian`, async () => {
      const answer = await service.api('GET', path)
      assert.equal(answer.status, status, JSON.stringify(answer.body))
      assert.match(answer.body.message, words)
      assert.match(answer.body.message, /[а-яё]{3}/i)
    })
  }

  it('the page says in Russian what it did not understand and shows the usual days', async () => {
    const page = readable((await operator.get('/reports/deliveries?from=2025-11-02&to=2025-11-01&by=moon')).text)
    assert.match(page, /позже даты/)
    assert.match(page, /Поле «Разрез» не понято/)
    assert.equal((await operator.get('/reports/profit')).status, 404)
  })

  it('a key of one branch counts its own branch only', async () => {
    const ask = await caller(service, { scopes: ['journal:read'], branchCode: 'EKB-02' })
    assert.equal((await ask('GET', `/reports/deliveries?from=${first}&to=${today}`)).body.total.total, 2)
    assert.equal((await ask('GET', '/reports/deliveries?branch=NN-01')).status, 403)
  })

  describe('the daily digest', () => {
    const owner = 990_001
    const told: string[] = []
    // Of years to come, so that no day of the tests' own clock is meant.
    const evening = (day: number) => new Date(`2031-03-${String(day).padStart(2, '0')}T18:30:00Z`)
    const tell = async (at: Date) => {
      const { db, vault, channels } = service.services
      const onTold: Parameters<typeof tellDigest>[0]['onTold'] = ({ outcome }) => told.push(outcome)
      await tellDigest({ db, vault, channels, timezone, perSecond: () => 1000, onTold }, at)
    }
    const arrived = () => service.telegram.received.filter((each) => each.chatId === String(owner))
    const last = async (): Promise<Json> => (await service.api('GET', '/digest')).body.last

    before(async () => {
      service.telegram.person(owner, { firstName: 'Хозяин' }).start()
      const asked = { channel: 'telegram', address: String(owner), hour: 20 }
      const { status, body } = await service.api('PUT', '/digest', asked)
      assert.deepEqual([status, body], [200, { settings: asked }])
    })

    it('comes to the owner with a picture, once, however many processes look', async () => {
      await tell(new Date('2031-03-01T16:59:00Z'))
      assert.deepEqual(told, [], 'its hour has not come')
      await Promise.all([tell(evening(1)), tell(evening(1)), tell(evening(1))])
      await tell(evening(1))
      const [digest, ...more] = arrived()
      assert.deepEqual([more.length, told], [0, ['sent']])
      assert.match(digest?.text ?? '', /^Сводка за сегодня, 1 марта, к 20:00\n\nСообщений не было\.$/)
      assert.deepEqual([(await last()).day, (await last()).outcome], ['2031-03-01', 'sent'])
    })

    it('tells the numbers of its day, draws them, and is nobody’s message', async () => {
      const lines = (await service.api('GET', '/journal')).body.items.length
      await tell(new Date(`${first}T18:30:00Z`))
      const digest = arrived().at(-1)
      assert.match(digest?.text ?? '', /Сообщений: 3, из них принято мессенджерами 2\./)
      assert.match(digest?.text ?? '', /Клиентов достигли: 1 из 2 \(50\u00a0%\)\./)
      assert.match(digest?.text ?? '', /чаще всего — мессенджер не подключён: 1\./)
      assert.equal(digest?.photo, `vestnik-${first}.png`)
      assert.equal((await service.api('GET', '/journal')).body.items.length, lines)
    })

    it('what surely did not leave goes later; what may have left does not go again', async () => {
      const count = arrived().length
      service.telegram.faults.limit(1, { chatId: String(owner) })
      await tell(evening(2))
      assert.equal(told.at(-1), 'limited')
      await tell(evening(2))
      assert.equal(told.at(-1), 'limited', 'the bot is paused: the digest waits like everything else')
      await service.services.db.run(sql`update channel_limits set paused_until = 'epoch'`)
      await tell(evening(2))
      assert.deepEqual([told.at(-1), arrived().length], ['sent', count + 1])
      service.telegram.faults.lostAnswer({ chatId: String(owner) })
      await tell(evening(3))
      await tell(evening(3))
      assert.deepEqual([told.at(-1), arrived().length], ['unknown', count + 2])
      assert.equal((await last()).outcome, 'unknown')
    })

    it('is previewed, with its picture', async () => {
      const { body } = await service.api('GET', '/digest/preview?hour=9')
      assert.match(body.text, /^Сводка за вчера, /)
      const picture = await fetch(`${service.url}/api/v1/digest/preview?format=png`, {
        headers: { authorization: `Bearer ${adminKey}` },
      })
      if (body.hasPicture) {
        const bytes = Buffer.from(await picture.arrayBuffer())
        assert.deepEqual([picture.headers.get('content-type'), bytes.subarray(1, 4).toString()], ['image/png', 'PNG'])
        assert.ok(bytes.readUInt32BE(16) >= 1500, 'as wide as a phone is dense')
      } else assert.equal(picture.status, 404)
    })

    it('his chat is sealed, a channel that is off is refused, and it can be switched off', async () => {
      const { sealed } = await service.services.db.one(
        z.object({ sealed: z.instanceof(Buffer) }),
        sql`select sealed from digests`,
      )
      assert.ok(!sealed.includes(String(owner)))
      const off = await service.api('PUT', '/digest', { channel: 'max', address: '1', hour: 20 })
      assert.deepEqual([off.status, off.body.code], [422, 'field_invalid'])
      const branch = await caller(service, { scopes: ['alerts:write'], branchCode: 'NN-01' })
      assert.equal((await branch('GET', '/digest')).status, 403)
      assert.equal((await service.api('DELETE', '/digest')).body.settings, undefined)
      const count = told.length
      await tell(evening(4))
      assert.equal(told.length, count)
    })
  })

  it('a message that is told later is not among the undelivered', async () => {
    const day = shifted(first, 20)
    const client = await makeClient(service, { externalId: 'late', phone: '+79035550199', branchCode: 'NN-01' })
    const at = new Date(`${day}T12:00:00+03:00`)
    const missed = await makeMessage(service, { client, state: 'skipped', reason: 'no_contact', channel: null, at })
    const since = `?from=${day}&to=${day}`
    const numbers = async () => {
      await computeDay(facts(), day)
      const { total } = (await service.api('GET', `/reports/deliveries${since}`)).body
      return [total.total, total.moved, total.skipped, total.sent]
    }
    assert.deepEqual(await numbers(), [1, 0, 1, 0])
    await toldAgain(service, missed)
    assert.deepEqual(await numbers(), [2, 1, 0, 1])
    assert.deepEqual((await service.api('GET', `/reports/undelivered${since}`)).body.rows, [])
  })

  it('a machine takes a report as CSV', async () => {
    const answer = await fetch(`${service.url}/api/v1/reports/deliveries?from=${first}&format=csv`, {
      headers: { authorization: `Bearer ${adminKey}` },
    })
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'text/csv; charset=utf-8'])
    assert.match(await answer.text(), /День;Всего;Отправлено/)
  })
})

function near(value: number, expected: number): void {
  assert.ok(Math.abs(value - expected) <= expected * 0.011, `${value} is not ${expected}`)
}

async function digestOf({ services }: TestService): Promise<string> {
  const row = await services.db.one(
    z.object({ sum: z.string() }),
    sql`select md5(string_agg(line, '|' order by line)) as sum from (
          select f::text as line from daily_facts f union all select t::text from daily_times t
          union all select c::text from daily_clients c union all select n::text from daily_counts n) x`,
  )
  return row.sum
}
