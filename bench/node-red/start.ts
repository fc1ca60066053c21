import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from '../../test/support/redis.ts'
import { step } from '../driver.ts'
import type { Started } from '../processes.ts'
import { flow, settings, tables } from './flow.ts'

/** The last of those that run on Node 20; pg as vestnik's own. */
const packages = ['node-red@4.1.8', 'pg@8.23.1']

/** Into a folder of its own, so that nobody who only wants to work on vestnik installs it. @throws when npm cannot. */
export function installNodeRed(folder: string): void {
  if (existsSync(join(folder, 'node_modules/node-red'))) return
  step(`installing ${packages.join(', ')}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', '--silent', ...packages]
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit' })
  if (status !== 0) throw new Error('npm could not install Node-RED')
}

/** A Node-RED with the flow, and its tables made. */
export async function startNodeRed(folder: string, databaseUrl: string, sendMessage: string): Promise<Started> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(tables)
  await client.end()
  const userDir = join(folder, `user-${process.pid}`)
  const port = await freePort()
  mkdirSync(userDir)
  writeFileSync(join(userDir, 'settings.js'), settings(databaseUrl, port))
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow(sendMessage)))
  const startedAt = performance.now()
  const args = [join(folder, 'node_modules/node-red/red.js'), '--userDir', userDir]
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-10_000)
      if (said.includes('Started flows')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`Node-RED exited with ${code}: ${said}`)))
    setTimeout(() => reject(new Error(`Node-RED is not ready after a minute: ${said}`)), 60_000).unref()
  })
  return { child, url: `http://127.0.0.1:${port}`, readyMs: performance.now() - startedAt }
}
