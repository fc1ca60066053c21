import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import axe from 'axe-core'
import { errorCodes } from '../../src/lib/errors.ts'
import { browserSkip, openBrowser } from '../support/browser.ts'
import { documentedAt } from '../support/document.ts'
import { suiteScope } from '../support/scope.ts'
import { startService, type TestService } from '../support/service.ts'

const looks = [
  { look: 'light', width: 1280, scripts: true },
  { look: 'light', width: 360, scripts: false },
  { look: 'dark', width: 360, scripts: true },
] as const

describe('the page about the interface', { timeout: 230_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope, { ROLES: 'api' })
  })

  it('tells of every call, every error and what to do, and needs neither scripts nor inline styles', async () => {
    const answer = await fetch(`${service.url}/docs`)
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type') ?? '', /text\/html; charset=utf-8/)
    const page = await answer.text()
    assert.doesNotMatch(page, /<script|<style|\sstyle=|\son\w+=|(src|href)="https?:/i)
    const documented = await documentedAt(service.url)
    assert.ok(documented)
    for (const item of Object.values(documented.document.paths)) {
      for (const { operationId, summary } of Object.values(item)) {
        assert.ok(page.includes(`id="${operationId}"`) && page.includes(summary), operationId)
      }
    }
    for (const code of errorCodes) assert.ok(page.includes(`id="error-${code}"`), code)
    assert.doesNotMatch(page, /undefined|\[object Object\]/)
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    for (const [, target = ''] of page.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.has(target), `#${target}`)
  })

  it('reads well: wide and narrow, light and dark, with scripts and without', { skip: browserSkip() }, async (t) => {
    const browser = await openBrowser(t)
    const folder = await mkdtemp(join(tmpdir(), 'vestnik-screens-'))
    t.diagnostic(`screenshots: ${folder}`)
    for (const { look, width, scripts } of looks) {
      const context = await browser.newContext({
        viewport: { width, height: 860 },
        colorScheme: look,
        locale: 'ru-RU',
        javaScriptEnabled: scripts,
      })
      const page = await context.newPage()
      const troubles: string[] = []
      page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
      page.on('request', (request) => request.url().startsWith(service.url) || troubles.push(request.url()))
      await page.goto(`${service.url}/docs`)
      for (const name of ['top', 'open']) {
        if (name === 'open') {
          // One by hand: it must open without scripts. The rest at once, there are a hundred of them.
          await page.locator('details:not([open]) > summary').first().click()
          await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        }
        await page.screenshot({ path: join(folder, `${name}-${look}-${width}.png`) })
        const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
        assert.equal(await page.evaluate(overflow), 0, `${name} scrolls sideways at ${width}`)
      }
      if (scripts) {
        await page.evaluate(axe.source)
        const found = await page.evaluate(`axe.run().then(({ violations }) => violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).slice(0, 5).join('; ')))`)
        assert.deepEqual(found, [], look)
      }
      assert.deepEqual(troubles, [], `${look} ${width}`)
      await context.close()
    }
  })
})
