import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { refreshFacts } from '../../src/reports/facts.ts'
import { browserSkip, openBrowser } from '../support/browser.ts'
import { obstaclesOn, overflowOf } from '../support/page-checks.ts'
import { openDashboard, password } from './open.ts'
import { makeTown } from './town.ts'

const looks = [
  { look: 'light', width: 1280, scripts: true, isThorough: true },
  { look: 'dark', width: 1280, scripts: true, isThorough: false },
  { look: 'light', width: 360, scripts: false, isThorough: false },
  { look: 'dark', width: 360, scripts: true, isThorough: true },
] as const

describe('an operator at his screen', { timeout: 230_000, skip: browserSkip() }, () => {
  it('logs in, searches and opens the client: wide and narrow, light and dark, with scripts and without', async (t) => {
    const dashboard = await openDashboard(t)
    const town = await makeTown(dashboard)
    await refreshFacts({ db: dashboard.services.db, timezone: 'Europe/Moscow' }, new AbortController().signal)
    const browser = await openBrowser(t)
    const folder = await mkdtemp(join(tmpdir(), 'vestnik-screens-'))
    t.diagnostic(`screenshots: ${folder}`)

    for (const { look, width, scripts, isThorough } of looks) {
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
        if (scripts) assert.deepEqual(await obstaclesOn(page), [], `${name}, ${look}`)
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

      for (const [name, path] of Object.entries(isThorough ? otherPages(town) : {})) {
        await page.goto(path)
        await shoot(name)
      }
      await page.getByRole('button', { name: 'Выйти' }).click()
      await page.waitForURL('**/login')
      assert.deepEqual(troubles, [], `${look} ${width}`)
      await context.close()
    }
  })

  it('finds his way by keyboard alone', async (t) => {
    const dashboard = await openDashboard(t)
    await makeTown(dashboard)
    const page = await (await openBrowser(t)).newPage({ baseURL: dashboard.url })
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
    for (let step = 0; step < 8; step++) {
      await page.keyboard.press('Tab')
      seen.push(String(await page.evaluate('document.activeElement.name || document.activeElement.textContent.trim()')))
      const ring = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
      assert.equal(ring, 'solid', `the focus is seen on ${seen.at(-1)}`)
    }
    assert.deepEqual(seen.slice(0, 7), ['Вестник', 'Сегодня', 'Журнал', 'Отчёты', 'q', 'Найти', 'Выйти'])
  })
})

function otherPages(town: Awaited<ReturnType<typeof makeTown>>): Record<string, string> {
  return {
    filters: '/journal?state=failed&from=2024-01-01',
    people: '/journal?q=%D0%BF%D0%B5%D1%82',
    nobody: '/journal?q=8903123456',
    long: `/clients/${town.anna.id}`,
    linked: `/clients/${town.ivan.id}`,
    event: `/events/${town.lost.eventId}`,
    reports: '/reports',
    funnel: '/reports/funnel',
    undelivered: '/reports/undelivered',
  }
}
