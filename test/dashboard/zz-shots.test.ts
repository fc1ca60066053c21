import { describe, it } from 'node:test'
import { openBrowser } from '../support/browser.ts'
import { openDashboard, password } from './open.ts'
import { makeTown } from './town.ts'

describe('shots', { timeout: 230_000 }, () => {
  it('shots', async (t) => {
    const dashboard = await openDashboard(t)
    const town = await makeTown(dashboard)
    const browser = await openBrowser(t)
    for (const [look, width] of [['light', 1280], ['dark', 1280], ['light', 360], ['dark', 360]] as const) {
      const context = await browser.newContext({ viewport: { width, height: width === 360 ? 740 : 860 }, colorScheme: look })
      const page = await context.newPage()
      page.on('console', (m) => console.log('console', m.type(), m.text()))
      page.on('pageerror', (e) => console.log('pageerror', e.message))
      const shot = async (name: string, path?: string) => {
        if (path) await page.goto(dashboard.url + path)
        await page.screenshot({ path: `/tmp/shots/${name}-${look}-${width}.png`, fullPage: true })
        const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
        if (wide !== 0) console.log('WIDE', name, look, width, wide)
      }
      await shot('login', '/login')
      await page.fill('[name=username]', 'admin')
      await page.fill('[name=password]', password)
      await page.click('button')
      await page.waitForURL('**/today')
      await shot('today')
      await shot('journal', '/journal')
      await shot('filters', '/journal?state=failed&from=2024-01-01')
      await shot('petr', '/journal?q=8(912)987-65-43')
      await shot('ivan', `/clients/${town.ivan.id}`)
      await shot('anna', `/clients/${town.anna.id}`)
      await shot('event', `/events/${town.blocked.eventId}`)
      await shot('many', '/journal?q=00')
      await shot('none', '/journal?q=8903123456')
      await shot('404', '/clients/1')
      await context.close()
    }
  })
})
