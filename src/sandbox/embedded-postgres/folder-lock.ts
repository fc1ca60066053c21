import { randomUUID } from 'node:crypto'
import { chown, link, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DataFolderInUse, errorCode } from './failure.ts'
import { processState } from './process-state.ts'

export type FolderLock = { publish(databaseUrl: string): Promise<void>; release(): Promise<void> }

const holderSchema = z.object({
  pid: z.number(),
  processStart: z.string().optional(),
  startedAt: z.string(),
  databaseUrl: z.string().optional(),
})
type Holder = z.infer<typeof holderSchema>

/**
 * Claims are numbered files, and the highest number holds the folder. A new claim takes the next number, which only one
 * process can create, and the highest file is never removed: so two that find the same dead holder cannot both win.
 * A released claim is an empty file, because emptying works on a full disk too.
 */
export async function lockFolder(dataDir: string): Promise<FolderLock> {
  const folder = join(dataDir, 'postgres.lock')
  await makeLockFolder(folder, dataDir)
  const state = await processState(process.pid)
  const me: Holder = { pid: process.pid, startedAt: new Date().toISOString() }
  if (state.alive && state.start !== undefined) me.processStart = state.start
  const claim = await claimNext(folder, dataDir, me)
  await removeOlder(folder, claim)
  return {
    publish: async (databaseUrl) => {
      const draft = await writeDraft(folder, { ...me, databaseUrl })
      await rename(draft, join(folder, String(claim)))
    },
    release: async () => await truncate(join(folder, String(claim))),
  }
}

/** What root makes in somebody's folder is given to that folder's owner, who may come without root next time. */
async function makeLockFolder(folder: string, dataDir: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true })
  if (made === undefined || process.geteuid?.() !== 0) return
  const owner = await stat(dataDir)
  await chown(folder, owner.uid, owner.gid)
}

async function claimNext(folder: string, dataDir: string, me: Holder): Promise<number> {
  for (;;) {
    const highest = await highestClaim(folder)
    const holder = await holderOf(folder, highest)
    if (holder && (await isHeld(holder))) throw new DataFolderInUse(dataDir, holder)
    const mine = highest + 1
    if (!(await created(folder, mine, me))) continue
    if ((await highestClaim(folder)) === mine) return mine
    await rm(join(folder, String(mine)), { force: true })
  }
}

async function highestClaim(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number)
  return Math.max(0, ...numbers)
}

/** Undefined: released, or removed meanwhile because a higher one exists, or never written out before the power failed. */
async function holderOf(folder: string, claim: number): Promise<Holder | undefined> {
  const text = await readFile(join(folder, String(claim)), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  })
  return holderSchema.safeParse(parsedJson(text)).data
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function isHeld(holder: Holder): Promise<boolean> {
  const state = await processState(holder.pid)
  if (!state.alive) return false
  return state.start === undefined || holder.processStart === undefined || state.start === holder.processStart
}

/** A hard link appears at once with its whole content, and fails when the name is taken. */
async function created(folder: string, claim: number, holder: Holder): Promise<boolean> {
  const draft = await writeDraft(folder, holder)
  try {
    await link(draft, join(folder, String(claim)))
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST' || errorCode(error) === 'ENOENT') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function writeDraft(folder: string, holder: Holder): Promise<string> {
  const draft = join(folder, `${randomUUID()}.draft`)
  await writeFile(draft, `${JSON.stringify(holder)}\n`)
  return draft
}

/** A rival whose draft goes away here begins anew and then sees this claim. */
async function removeOlder(folder: string, claim: number): Promise<void> {
  const names = await readdir(folder)
  const old = names.filter((name) => name.endsWith('.draft') || (/^\d+$/.test(name) && Number(name) < claim))
  await Promise.all(old.map(async (name) => await rm(join(folder, name), { force: true })))
}
