import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome']

function chromiumPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path))
}

/** Skips by name without Chromium, and fails instead when REQUIRE_ALL=1. */
export function browserSkip(): string | false {
  if (chromiumPath() !== undefined) return false
  if (process.env['REQUIRE_ALL'] === '1') throw new Error('REQUIRE_ALL=1, but there is no chromium on the PATH')
  return 'no chromium on the PATH'
}

export async function openBrowser(t: { after(work: () => Promise<void>): void }): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) throw new Error('no chromium on the PATH')
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  t.after(() => browser.close())
  return browser
}
