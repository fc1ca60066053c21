import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export type Older = { commit: string; subject: string; migrations: number; folder: string }

/**
 * Lays an older version of the program out in `folder`, as it was committed.
 * @param from a commit; without it, {@link releaseInUse}.
 */
export function layOut(folder: string, from: string | undefined): Older {
  const commit = git(['rev-parse', '--verify', `${from ?? releaseInUse()}^{commit}`])
  const migrations = migrationsOf(commit)
  const now = migrationsHere()
  const strange = migrations.filter((name, index) => now[index] !== name)
  if (migrations.length === 0 || strange.length > 0)
    throw new Error(
      `${commit} has migrations of its own (${strange.join() || 'none'}): no update leads from it to here`,
    )
  mkdirSync(folder, { recursive: true })
  const archive = execFileSync('git', ['archive', '--format=tar', commit], { cwd: root, maxBuffer: 512 * 1024 * 1024 })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  install(folder)
  const subject = git(['show', '-s', '--format=%h %ad %s', '--date=iso', commit])
  return { commit, subject, migrations: migrations.length, folder }
}

/** The last tag of a version; before there is one, the newest landing that has fewer migrations than we have. */
function releaseInUse(): string {
  const tag = git(['tag', '--list', 'v*', '--merged', 'HEAD', '--sort=-version:refname']).split('\n')[0]
  if (tag !== undefined && tag !== '') return tag
  const now = migrationsHere()
  for (const commit of git(['log', '--first-parent', '--format=%H']).split('\n')) {
    const then = migrationsOf(commit)
    if (then.length > 0 && then.length < now.length && then.every((name, index) => now[index] === name)) return commit
  }
  throw new Error('no older version with fewer migrations was found: name one with --from')
}

function migrationsOf(commit: string): string[] {
  return git(['ls-tree', '--name-only', commit, 'migrations/'])
    .split('\n')
    .flatMap((path) => (path.endsWith('.sql') ? [path.slice('migrations/'.length)] : []))
}

export function migrationsHere(): string[] {
  return readdirSync(join(root, 'migrations'))
    .filter((name) => name.endsWith('.sql'))
    .sort()
}

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
})

/** Our own packages where they are those the older version ran with, else what its lock file says. */
function install(folder: string): void {
  const [then, now] = [packagesOf(folder), packagesOf(root)]
  const differ = [...then].filter(([path, version]) => now.get(path) !== version)
  if (differ.length === 0) {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    return
  }
  process.stderr.write(
    `npm ci for it: ${differ.map(([path]) => path.replace('node_modules/', '')).join(', ')} differ\n`,
  )
  execFileSync('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' })
}

/** Path and version of what it runs with. */
function packagesOf(folder: string): Map<string, string | undefined> {
  const { packages } = lockFile.parse(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')))
  return new Map(
    Object.entries(packages).flatMap(([path, { version, dev }]) => (path === '' || dev ? [] : [[path, version]])),
  )
}

function git(args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
}
