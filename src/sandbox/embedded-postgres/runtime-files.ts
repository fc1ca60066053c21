import { randomUUID } from 'node:crypto'
import { chmod, copyFile, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { oneself } from './account.ts'
import { EmbeddedPostgresFailure, errorCode, otherDatabase } from './failure.ts'
import { runTool } from './run-tool.ts'

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * What the package's install script does (npm packages carry no symbolic links, and newer npm runs no install scripts),
 * and the right to execute. False when something is missing that may not be written.
 */
export async function madeWhole(native: string): Promise<boolean> {
  try {
    await addLinks(native)
    for (const program of ['initdb', 'postgres']) await makeExecutable(join(native, 'bin', program))
    return true
  } catch (error) {
    const code = errorCode(error) ?? ''
    if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return false
    if (code !== 'ENOENT') throw error
    throw new EmbeddedPostgresFailure(`${native} is incomplete: run npm ci again, or ${otherDatabase}.`, {
      cause: error,
    })
  }
}

/** The copy appears whole or not at all, and only its maker can change it. */
export async function copyRuntime(native: string, place: string, name: string): Promise<string> {
  if (await mkdir(place, { recursive: true })) await chmod(place, 0o755)
  const isRoot = process.geteuid?.() === 0
  if (isRoot && !(await isOurs(place))) throw new EmbeddedPostgresFailure(`${place} can be written by somebody else`)
  const target = join(place, name)
  if (await isOurs(target)) return target
  await removeOldDrafts(place)
  const draft = join(place, `${name}.${randomUUID()}.draft`)
  try {
    await copyTree(native, draft)
    if (!(await madeWhole(draft))) throw new EmbeddedPostgresFailure(`${draft} cannot be written`)
    // On disk before the rename that declares it whole. One sync of everything: a thousand files one by one take ten seconds.
    await runTool('/bin/sh', ['-c', 'sync'], { account: oneself, cwd: '/' })
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!(await isOurs(target))) throw error
  }
  return target
}

/** Left by runs that were killed; a young one may be another run's work. */
async function removeOldDrafts(place: string): Promise<void> {
  for (const name of (await readdir(place)).filter((one) => /^postgres-.*\.draft$/.test(one))) {
    const found = await lstat(join(place, name)).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > 3_600_000) await rm(join(place, name), { recursive: true, force: true })
  }
}

async function addLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of linksSchema.parse(JSON.parse(list))) {
    const link = join(native, relative('native', target))
    if (await lstat(link).catch(() => undefined)) continue
    await symlink(relative(dirname(target), source), link).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error
    })
  }
}

async function makeExecutable(program: string): Promise<void> {
  const { mode } = await stat(program)
  if ((mode & 0o555) !== 0o555) await chmod(program, mode | 0o555)
}

/** In a shared temporary folder somebody else may have taken the name. */
async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined)
  return found?.isDirectory() === true && found.uid === process.geteuid?.() && (found.mode & 0o022) === 0
}

/** Without what only a compiler needs. Modes are set outright, so a strict umask does not close the copy. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to)
  await chmod(to, 0o755)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.name === 'pkgconfig' || entry.name.endsWith('.a')) continue
    if (entry.isDirectory()) await copyTree(source, target)
    if (!entry.isFile()) continue
    const { mode } = await stat(source)
    await copyFile(source, target)
    await chmod(target, mode & 0o111 ? 0o755 : 0o644)
  }
}
