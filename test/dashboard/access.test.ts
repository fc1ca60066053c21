import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createDoor, triesAnHour } from '../../src/dashboard/access/lockout.ts'
import { hashPassword } from '../../src/dashboard/access/password.ts'
import { setPassword } from '../../src/dashboard/access/users/store.ts'
import { ensureFirstAdmin } from '../../src/dashboard/access.ts'
import { sql } from '../../src/db/sql.ts'
import { openDashboard, password } from './open.ts'
import { countOf } from './seed.ts'
import { readable } from './visitor.ts'

describe('the door of the dashboard', { timeout: 200_000 }, () => {
  it('a stranger is sent to the login page, and after it to the first page', async (t) => {
    const { visitor } = await openDashboard(t)
    const stranger = visitor()

    const first = await stranger.get('/')
    assert.equal(first.status, 302)
    assert.equal(first.location, '/login')
    const form = await stranger.get('/login')
    assert.equal(form.status, 200)
    assert.match(form.text, /name="username"/)
    assert.match(form.text, /name="password"/)
    assert.match(form.text, /<form[^>]*method="post"/)

    const entered = await stranger.submit('/login', { username: 'admin', password })
    assert.equal(entered.status, 303)
    assert.equal(entered.location, '/today')
    const cookie = entered.headers.getSetCookie()[0] ?? ''
    assert.match(cookie, /HttpOnly/)
    assert.match(cookie, /SameSite=Lax/)
    assert.doesNotMatch(cookie, /Secure/)
    assert.equal((await stranger.get('/')).location, '/today')
    const today = await stranger.get('/today')
    assert.equal(today.status, 200)
    assert.equal(today.headers.get('cache-control'), 'no-store')
    assert.match(today.text, /href="\/journal"/)
  })

  it('the cookie is only for https when the request came by https', async (t) => {
    const { visitor } = await openDashboard(t)
    const entered = await visitor().post('/login', { username: 'admin', password }, { 'x-forwarded-proto': 'https' })
    assert.match(entered.headers.getSetCookie()[0] ?? '', /Secure/)
  })

  it('a page that was asked for is shown after the login, and no page of another site', async (t) => {
    const { visitor } = await openDashboard(t)
    const stranger = visitor()
    const asked = await stranger.get('/journal?q=79031234567')
    assert.equal(asked.location, '/login?next=%2Fjournal')
    await stranger.get('/login?next=%2Fjournal')
    assert.equal((await stranger.submit('/login', { username: ' Admin', password })).location, '/journal')

    for (const next of ['//evil.example', 'https://evil.example', '/journal/../..//evil', '/\\evil.example']) {
      const other = visitor()
      const page = await other.get(`/login?next=${encodeURIComponent(next)}`)
      assert.doesNotMatch(page.text, /name="next"/)
      assert.equal((await other.post('/login', { username: 'admin', password, next })).location, '/today')
    }
  })

  it('five wrong passwords from one address close the door to it for five minutes, for a user and for a name that nobody has', async (t) => {
    const { visitor, services } = await openDashboard(t)
    for (const name of ['admin', 'nobody']) {
      for (let number = 1; number <= 4; number++) {
        const answer = await visitor().post('/login', { username: name, password: 'wrong' })
        assert.equal(answer.status, 401, `${name} ${number}`)
        assert.match(readable(answer.text), /Имя или пароль не подходят/)
      }
      const fifth = await visitor().post('/login', { username: name, password: 'wrong' })
      assert.equal(fifth.status, 429)
      assert.match(
        readable(fifth.text),
        /Слишком много неудачных попыток\. Вход закрыт, попробуйте снова через 5.минут/,
      )
      assert.ok(Number(fifth.headers.get('retry-after')) > 290)
    }
    const right = await visitor().post('/login', { username: 'admin', password })
    assert.equal(right.status, 429, 'the right password does not help while the door is closed')

    const elsewhere = { 'x-forwarded-for': '203.0.113.8' }
    const owner = await visitor().post('/login', { username: 'admin', password }, elsewhere)
    assert.equal(owner.status, 303, 'a stranger locks out nobody but himself')
    const passwordHash = await hashPassword('another password')
    await setPassword(services.db, { name: 'admin', passwordHash, mustChange: false })
    assert.equal((await visitor().post('/login', { username: 'admin', password: 'another password' })).status, 303)
  })

  it('a hundred guesses an hour from everywhere together are the end, and one address never gets there', () => {
    const door = createDoor()
    const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 12, minutes))
    let fromOne = 0
    for (let minute = 0; minute < 60; minute++)
      for (let guess = 0; guess < 5; guess++) if (door.try('anna', '203.0.113.1', at(minute)).isOpen) fromOne++
    assert.ok(fromOne < triesAnHour, String(fromOne))
    let fromAll = 0
    for (let guess = 0; guess < 200; guess++) if (door.try('admin', `host ${guess}`, at(0)).isOpen) fromAll++
    assert.equal(fromAll, triesAnHour)
    assert.equal(door.try('admin', 'another', at(59)).isOpen, false)
    assert.equal(door.try('admin', 'another', at(61)).isOpen, true)
  })

  it('guesses sent all at once count like guesses sent one by one', async (t) => {
    const { visitor } = await openDashboard(t)
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => visitor().post('/login', { username: 'admin', password: 'wrong' })),
    )
    assert.equal(answers.filter((each) => each.status === 401).length, 4)
    assert.equal(answers.filter((each) => each.status === 429).length, 8)
  })

  it('an address that guesses on is slowed down under every name, and others are not', async (t) => {
    const { visitor } = await openDashboard(t)
    for (let number = 0; number < 20; number++)
      await visitor().post('/login', { username: 'nobody', password: 'wrong' })
    assert.equal((await visitor().post('/login', { username: 'admin', password })).status, 429)
    const elsewhere = { 'x-forwarded-for': '203.0.113.7' }
    assert.equal((await visitor().post('/login', { username: 'admin', password }, elsewhere)).status, 303)
  })

  it('an empty or a monstrous form is answered in Russian', async (t) => {
    const { visitor } = await openDashboard(t)
    assert.equal((await visitor().post('/login', {})).status, 422)
    assert.equal((await visitor().post('/login', { username: 'a'.repeat(200), password: 'x' })).status, 422)
    const unseen = await visitor().post('/login', { username: 'a\0', password: 'x' })
    assert.equal(unseen.status, 422)
    assert.match(readable(unseen.text), /невидимый знак/)
    const huge = await visitor().post('/login', { username: 'a'.repeat(100_000), password: 'x' })
    assert.equal(huge.status, 413)
    assert.match(readable(huge.text), /Запрос не понят/)
    const json = await visitor().post('/login', {}, { 'content-type': 'application/json' })
    assert.equal(json.status, 400)
    assert.match(readable(json.text), /Запрос не понят/)
  })

  it('who leaves is out, on every device that kept the cookie', async (t) => {
    const dashboard = await openDashboard(t)
    const operator = await dashboard.operator()
    const cookie = operator.cookie()
    await operator.get('/today')

    const left = await operator.submit('/logout')
    assert.equal(left.status, 303)
    assert.equal(left.location, '/login')
    assert.equal(await countOf(dashboard, 'sessions'), 0)
    const copy = await dashboard.visitor().get('/today', { cookie })
    assert.equal(copy.location, '/login')
  })

  it('a session ends after twelve hours', async (t) => {
    const dashboard = await openDashboard(t)
    const operator = await dashboard.operator()
    await dashboard.services.db.run(sql`update sessions set expires_at = expires_at - interval '12 hours'`)
    assert.equal((await operator.get('/today')).location, '/login')
    await dashboard.operator()
    assert.equal(await countOf(dashboard, 'sessions'), 1, 'the old session is removed')
  })

  it('a form without its token, with a stale one, or of another site does nothing', async (t) => {
    const dashboard = await openDashboard(t)
    const operator = await dashboard.operator()
    for (const form of [{}, { _csrf: 'stale' }]) {
      const refused = await operator.post('/logout', form)
      assert.equal(refused.status, 403)
      assert.match(readable(refused.text), /Страница устарела/)
    }
    await operator.get('/today')
    const stranger = await operator.post('/logout', {}, { origin: 'https://evil.example' })
    assert.equal(stranger.status, 403)
    const login = await dashboard
      .visitor()
      .post('/login', { username: 'admin', password }, { 'sec-fetch-site': 'cross-site' })
    assert.equal(login.status, 403)
    assert.match(readable(login.text), /чужой страницы/)
    const own = await dashboard.visitor().post('/login', { username: 'admin', password }, { origin: dashboard.url })
    assert.equal(own.status, 303)
    assert.equal((await operator.get('/today')).status, 200, 'still logged in')
  })

  it('the first administrator is made once, and a later DASHBOARD_PASSWORD changes nothing', async (t) => {
    const dashboard = await openDashboard(t)
    await ensureFirstAdmin(dashboard.services, 'another-password')
    assert.equal(await countOf(dashboard, 'users'), 1)
    assert.equal((await dashboard.visitor().post('/login', { username: 'admin', password })).status, 303)
    await dashboard.services.db.run(sql`delete from users`)
    await ensureFirstAdmin(dashboard.services, undefined)
    assert.equal(await countOf(dashboard, 'users'), 0)
    assert.ok(dashboard.logLines.some((line) => line.includes('dashboard.no_users')))
  })

  it('neither the password nor the token is kept, and no log names them', async (t) => {
    const dashboard = await openDashboard(t)
    const operator = await dashboard.operator()
    const token = operator.cookie().split('=')[1] ?? ''
    assert.equal(Buffer.from(token, 'base64url').length, 32)
    const log = dashboard.logLines.join('\n')
    assert.ok(!log.includes(token) && !log.includes(password))
    assert.equal(
      await dashboard.services.db.run(sql`select 1 from sessions where token_hash = sha256(${token}::bytea)`),
      1,
    )
    assert.equal(
      await dashboard.services.db.run(sql`select 1 from users where password_hash like '$scrypt$ln=15,r=8,p=3$%'`),
      1,
    )
  })
})

describe('pages that are not there', { timeout: 200_000 }, () => {
  it('are answered in Russian to a browser, and as JSON to a machine', async (t) => {
    const { url } = await openDashboard(t)
    const browser = await fetch(`${url}/nothing/here`, { headers: { accept: 'text/html' } })
    assert.equal(browser.status, 404)
    assert.match(await browser.text(), /Не найдено/)
    const machine = await fetch(`${url}/api/v1/nothing`, { headers: { accept: 'application/json' } })
    assert.equal(machine.status, 404)
    assert.match(await machine.text(), /"code":"not_found"/)
  })

  it('an unknown client or event is a 404 page that leads back', async (t) => {
    const { operator } = await openDashboard(t)
    const page = await operator()
    for (const path of [
      `/clients/cli_${'0'.repeat(32)}`,
      '/clients/1',
      `/events/evt_${'0'.repeat(32)}`,
      '/events/%3Cb%3E',
    ]) {
      const answer = await page.get(path)
      assert.equal(answer.status, 404, path)
      assert.match(readable(answer.text), /Не найдено/)
    }
  })

  it('styles are kept by the browser for a year, and nothing is loaded from outside', async (t) => {
    const { visitor } = await openDashboard(t)
    const page = await visitor().get('/login')
    const style = /href="(\/assets\/style[^"]+)"/.exec(page.text)?.[1] ?? ''
    const answer = await visitor().get(style)
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type') ?? '', /text\/css/)
    assert.match(answer.headers.get('cache-control') ?? '', /immutable/)
    assert.doesNotMatch(page.text + answer.text, /https?:\/\/|@import|url\(/)
    assert.doesNotMatch(page.text, /<style|style="|<script>|onclick/)
  })
})
