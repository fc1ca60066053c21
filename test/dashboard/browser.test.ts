import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { refreshFacts } from '../../src/reports/facts.ts'
import { browserSkip, openBrowser } from '../support/browser.ts'
import { obstaclesOn, overflowOf } from '../support/page-checks.ts'
import { suiteScope } from '../support/scope.ts'
import { openDashboard, password, type TestDashboard } from './open.ts'
import { pages } from './pages.ts'
import { keepOnly, makeMessage } from './seed.ts'
import { makeTown, type Town } from './town.ts'

const looks = [
  { look: 'light', width: 1280, scripts: true },
  { look: 'light', width: 360, scripts: false },
] as const

describe('an operator at his screen', { timeout: 230_000, skip: browserSkip() }, () => {
  const scope = suiteScope()
  let dashboard: TestDashboard
  let town: Town
  let browser: Browser

  before(async () => {
    dashboard = await openDashboard(scope)
    town = await makeTown(dashboard)
    await refreshFacts({ db: dashboard.services.db, timezone: 'Europe/Moscow' }, new AbortController().signal)
    browser = await openBrowser(scope)
  })

  it('logs in, searches and opens the client: on a wide screen and on a phone, with scripts and without', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'vestnik-screens-'))
    t.diagnostic(`screenshots: ${folder}`)

    for (const { look, width, scripts } of looks) {
      const context = await browser.newContext({
        baseURL: dashboard.url,
        viewport: { width, height: width === 360 ? 740 : 860 },
        colorScheme: look,
        locale: 'ru-RU',
        javaScriptEnabled: scripts,
      })
      const page = await context.newPage()
      const troubles: string[] = []
      page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
      page.on('pageerror', (error) => troubles.push(error.message))
      page.on('request', (request) => request.url().startsWith(dashboard.url) || troubles.push(request.url()))
      const shoot = async (name: string) => {
        await page.screenshot({ path: join(folder, `${name}-${look}-${width}.png`), fullPage: true })
        assert.equal(await overflowOf(page), 0, `${name} scrolls sideways at ${width}`)
        if (name === 'login' && scripts) assert.deepEqual(await obstaclesOn(page), [], `${name}, ${look}`)
      }

      await page.goto('/')
      await shoot('login')
      await page.getByLabel('Имя').fill('admin')
      await page.getByLabel('Пароль').fill(password)
      await page.keyboard.press('Enter')
      await page.waitForURL('**/today')
      await shoot('today')

      await page.getByRole('link', { name: 'Журнал' }).click()
      await page.waitForURL('**/journal')
      await shoot('journal')
      if (scripts) {
        await page.keyboard.press('/')
        await page.keyboard.type('8 912 987-65-43')
      } else {
        await page.locator('[name=q]').fill('8 912 987-65-43')
      }
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Сидоров Пётр Алексеевич' }).waitFor()
      await shoot('search')
      await page.getByRole('link', { name: 'Сидоров Пётр Алексеевич' }).click()
      await page.waitForURL(`**/clients/${town.petr.id}`)
      await page.getByText('Клиент заблокировал бота.').first().waitFor()
      await shoot('client')

      await page.getByRole('button', { name: 'Выйти' }).click()
      await page.waitForURL('**/login')
      assert.deepEqual(troubles, [], `${look} ${width}`)
      await context.close()
    }
  })

  it('every page fits a phone and a wide screen, is open to a reader of screens, and complains of nothing', async (t) => {
    const { desk } = dashboard
    await desk.ask('POST /keys', { body: { name: 'ключ', kind: 'live', source: '1c' } }, 'admin')
    await desk.ask(
      'PUT /templates/:type',
      { params: { type: 'payout.paid' }, body: { text: 'Выплата {{ сумма }}.' } },
      'admin',
    )
    await desk.ask('POST /queues/:name/pause', { params: { name: 'ordinary' } }, 'admin')
    await keepOnly(dashboard, { client: town.ivan, event: { infobase: 'buh-prod' } })
    await keepOnly(dashboard, { client: town.ivan, event: { infobase: 'buh-copy' } })
    // Half of the pages by day, half by night: the colours are the same on all.
    const folder = await mkdtemp(join(tmpdir(), 'vestnik-pages-'))
    t.diagnostic(`screenshots: ${folder}`)
    const [name, value = ''] = (await dashboard.operator()).cookie().split('=')
    const context = await browser.newContext({ baseURL: dashboard.url, locale: 'ru-RU' })
    await context.addCookies([{ name: name ?? '', value, url: dashboard.url }])
    const page = await context.newPage()
    const troubles: string[] = []
    page.on('console', (message) => message.type() === 'error' && troubles.push(`${page.url()}: ${message.text()}`))
    page.on('pageerror', (error) => troubles.push(`${page.url()}: ${error.message}`))
    page.on('request', (request) => request.url().startsWith(dashboard.url) || troubles.push(request.url()))
    for (const [index, path] of Object.values(pages)
      .flatMap((paths) => paths(town))
      .entries()) {
      await page.emulateMedia({ colorScheme: index % 2 === 0 ? 'light' : 'dark' })
      await page.setViewportSize({ width: 1280, height: 860 })
      assert.equal((await page.goto(path))?.status(), 200, path)
      assert.deepEqual(await obstaclesOn(page), [], path)
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 800 })
        await page.evaluate('document.querySelectorAll("details").forEach((each) => { each.open = true })')
        assert.equal(await overflowOf(page), 0, `${path} scrolls sideways at ${width}`)
      }
      await page.screenshot({ path: join(folder, `${index}.png`), fullPage: true })
    }
    assert.deepEqual(troubles, [])

    await t.test('the journal keeps itself up to date while it is looked at', async () => {
      await page.goto('/journal')
      await makeMessage(dashboard, { client: town.ivan, state: 'sent', text: 'Только что пришло' })
      await page.getByText('Только что пришло').waitFor()
    })

    await t.test('a text is looked at while it is typed', async () => {
      await page.goto('/templates/payout.paid')
      await page.locator('#text').fill('Выплата {{ суммма }}.')
      await page.getByText('ошибка').first().waitFor()
      await page.locator('#text').fill('Совсем новый текст, {{ сумма }}.')
      await page.locator('.bubble', { hasText: 'Совсем новый текст, 14' }).first().waitFor()
    })
    assert.deepEqual(troubles, [])
    await context.close()
  })

  it('finds his way by keyboard alone', async () => {
    const page = await browser.newPage({ baseURL: dashboard.url })
    await page.goto('/login')
    // A browser gives the focus with its first frame, which may come after the load; keys typed before are lost.
    await page.waitForFunction('document.activeElement.name === "username"')
    await page.keyboard.type('admin')
    await page.keyboard.press('Tab')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/today')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'К содержанию')
    const seen: string[] = []
    for (let step = 0; step < 10; step++) {
      await page.keyboard.press('Tab')
      seen.push(String(await page.evaluate('document.activeElement.name || document.activeElement.textContent.trim()')))
      const ring = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
      assert.equal(ring, 'solid', `the focus is seen on ${seen.at(-1)}`)
    }
    assert.deepEqual(seen.slice(0, 10), [
      'Вестник',
      'Сегодня',
      'Журнал',
      'Не дошло',
      'Вопросы',
      'Отчёты',
      'Шаблоны',
      'Настройки',
      'q',
      'Найти',
    ])
  })
})
