import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe-core finds serious for those who do not see, or do not see well. */
export async function obstaclesOn(page: Page): Promise<unknown> {
  await page.evaluate(axe.source)
  return await page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.map(({ html, failureSummary }) => html + ' ' + failureSummary).join('; ')))`)
}

/** How far the page scrolls sideways. Strings, since the tests are compiled without the types of a browser. */
export async function overflowOf(page: Page): Promise<unknown> {
  return await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
