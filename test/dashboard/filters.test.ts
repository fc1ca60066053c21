import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sql } from '../../src/db/sql.ts'
import { makeClient, openDashboard } from './open.ts'
import { makeMessage } from './seed.ts'
import { makeTown } from './town.ts'
import { readable } from './visitor.ts'

describe('the journal', { timeout: 200_000 }, () => {
  it('is narrowed by each filter, and by several at once', async (t) => {
    const dashboard = await openDashboard(t)
    await makeTown(dashboard)
    const operator = await dashboard.operator()
    const numbers = async (query: string) => {
      const answer = await operator.get(`/journal?${query}`)
      assert.equal(answer.status, 200, query)
      const lines = answer.text.split('<ol class="lines"')[1]?.split('</ol>')[0] ?? ''
      return [...lines.matchAll(/<small>((?:ПСА|КЗ00)-\d+)/g)].map(([, number]) => number)
    }
    const moscowDay = (daysAgo: number) =>
      new Date(Date.now() + 3 * 3_600_000 - daysAgo * 86_400_000).toISOString().slice(0, 10)

    assert.equal((await numbers('')).length, 7)
    assert.deepEqual(await numbers('state=failed'), ['ПСА-000461'])
    assert.deepEqual(await numbers('state=pending'), ['ПСА-000470'])
    assert.deepEqual(await numbers('reason=no_contact'), ['КЗ00-000012'])
    assert.deepEqual(await numbers('channel=vk'), ['ПСА-000399'])
    assert.deepEqual(await numbers('type=operation.accepted'), ['КЗ00-000012'])
    assert.deepEqual(await numbers('branch=KZ-02'), ['КЗ00-000012'])
    assert.deepEqual(await numbers(`from=${moscowDay(3)}&to=${moscowDay(2)}`), ['ПСА-000399'])
    assert.deepEqual(await numbers(`to=${moscowDay(8)}`), ['ПСА-000300'])
    assert.deepEqual(await numbers('state=skipped&branch=NN-01'), ['ПСА-000300'])
    assert.deepEqual(await numbers('state=sent&branch=KZ-02'), [])
    const filtered = await operator.get('/journal?q=89129876543&state=failed')
    assert.match(readable(filtered.text), /ПСА-000461/)
    assert.doesNotMatch(readable(filtered.text), /ПСА-000399/)
    assert.match(readable(filtered.text), /Сбросить фильтры/)
  })

  it('is turned page by page without a line lost or shown twice', async (t) => {
    const dashboard = await openDashboard(t)
    const operator = await dashboard.operator()
    const client = await makeClient(dashboard, { externalId: 'c', phone: '+79031234567', fullName: 'Иванов Иван' })
    const start = Date.now() - 3_600_000
    for (let index = 0; index < 105; index++) {
      const operation = { operation: { id: `op-${index}`, number: `N-${index}-`, items: [] } }
      await makeMessage(dashboard, { client, state: 'sent', at: new Date(start + index * 1_000), event: operation })
    }
    const seen: string[] = []
    const sizes: number[] = []
    let path: string | undefined = '/journal?state=sent'
    while (path !== undefined) {
      const { text } = await operator.get(path)
      const lines = [...text.matchAll(/N-(\d+)-/g)].map(([, index = '']) => index)
      sizes.push(lines.length)
      seen.push(...lines)
      path = /href="([^"]+)" rel="next">Дальше/.exec(text)?.[1]?.replaceAll('&amp;', '&')
    }
    assert.deepEqual(sizes, [50, 50, 5])
    assert.deepEqual(
      seen,
      Array.from({ length: 105 }, (_, index) => String(104 - index)),
    )
    const own = await operator.get(`/clients/${client.id}`)
    assert.match(own.text, /rel="next">Дальше/)
  })

  it('answers whatever is typed or forged with a page', async (t) => {
    const dashboard = await openDashboard(t)
    await makeTown(dashboard)
    const operator = await dashboard.operator()
    const queries: [string, RegExp][] = [
      ['cursor=forged', /Такой страницы нет: показано начало/],
      ['cursor=dlv_%27%3B+drop+table', /Такой страницы нет/],
      ['from=2025-12-31&to=2025-01-01', /поменяли их местами/],
      ['from=2025-02-31', /Фильтр «С» не понят|Фильтр «С дня» не понят/],
      ['from=0000-00-00&to=9999-12-31', /не понят/],
      ['state=broken&reason=x&channel=icq&type=y', /Фильтр «Состояние» не понят и не применён/],
      [`q=${'a'.repeat(10_000)}`, /Запрос слишком длинный/],
      [`q=${'9'.repeat(10_000)}`, /Запрос слишком длинный/],
      ['q=%01%02', /Иванов/],
      ['q=%F0%9F%98%80', /Ничего не нашлось/],
      ['q=%5B%28%2A%5C%25_', /Ничего не нашлось/],
      ['q=%D0%BF%D1%81%D0%B0%5B-1', /Ничего не нашлось/],
      ['q=one&q=two&state=sent&state=failed', /Ничего не нашлось по запросу «one»/],
      ['branch=%3Cscript%3E', /По этим фильтрам сообщений нет/],
    ]
    for (const [query, expected] of queries) {
      const answer = await operator.get(`/journal?${query}`)
      assert.equal(answer.status, 200, query.slice(0, 60))
      assert.match(readable(answer.text), expected, query.slice(0, 60))
      assert.doesNotMatch(answer.text, /<script>/)
    }
    assert.equal((await operator.get(`/clients/cli_${'a'.repeat(500)}`)).status, 404)
  })

  it('an empty journal says what will stand here', async (t) => {
    const operator = await (await openDashboard(t)).operator()
    assert.match(readable((await operator.get('/journal')).text), /Здесь появится каждое сообщение/)
    assert.match(readable((await operator.get('/today')).text), /Всё в порядке/)
  })

  it('a fault of ours is a page that gives nothing away', async (t) => {
    const dashboard = await openDashboard(t)
    const operator = await dashboard.operator()
    await dashboard.services.db.run(sql`alter table deliveries rename to elsewhere`)
    const answer = await operator.get('/journal?q=%2B79031234567')
    assert.equal(answer.status, 500)
    assert.match(readable(answer.text), /Ошибка сервиса/)
    assert.doesNotMatch(answer.text, /elsewhere|relation|select|deliveries/)
    assert.ok(dashboard.logLines.some((line) => line.includes('42P01') && !line.includes('9031234567')))
  })
})
