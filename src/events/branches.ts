import type { Queryable } from '../db/database.ts'
import { zoneOf } from '../lib/moment.ts'
import { type BranchBrand, type KnownBranch, listBranches } from './store/branches.ts'

export type NamedBranch = { code?: string | undefined; name?: string | undefined }

/** The zone of a branch that we know, by what an event says of it. */
export type ZoneOfBranch = (branch: NamedBranch) => string | undefined

/** How a branch that we know presents itself. */
export type BrandOfBranch = (branch: NamedBranch) => BranchBrand | undefined

export type BranchZones = Remembered<ZoneOfBranch>
export type BranchBrands = Remembered<BrandOfBranch>

type Remembered<T> = {
  read(): Promise<T>
  /** A branch was changed here: this process looks anew. */
  forget(): void
}

/** A change reaches every process within this time. */
const rememberedMs = 3_000

/** The zones of all branches, of which there are some hundreds at most: asked every few seconds, not at every request. */
export function createBranchZones(db: Queryable): BranchZones {
  return remembered(async () => zonesOf(await listBranches(db)))
}

export function createBranchBrands(db: Queryable): BranchBrands {
  return remembered(async () => brandsOf(await listBranches(db)))
}

function remembered<T>(ask: () => Promise<T>): Remembered<T> {
  let known: { value: T; readAt: number } | undefined
  let reading: Promise<T> | undefined
  let changes = 0
  const readAnew = async () => {
    const asOf = changes
    const value = await ask()
    // What was read before a change must not be remembered after it.
    if (asOf === changes) known = { value, readAt: performance.now() }
    return value
  }
  return {
    read: async () => {
      if (known && performance.now() - known.readAt < rememberedMs) return known.value
      reading ??= readAnew().finally(() => {
        reading = undefined
      })
      return await reading
    },
    forget: () => {
      changes += 1
      known = undefined
      reading = undefined
    },
  }
}

/** By its code, else by its name where only one branch is called so. */
export function brandsOf(branches: readonly KnownBranch[]): BrandOfBranch {
  const byCode = new Map(branches.map(({ code, brand }) => [code, brand]))
  const byName = new Map<string, BranchBrand | undefined>()
  for (const { code, name, brand } of branches) {
    const key = plain(name ?? code)
    byName.set(key, byName.has(key) ? undefined : brand)
  }
  return ({ code, name }) => {
    if (code !== undefined) return byCode.get(code)
    return name === undefined ? undefined : (byCode.get(name) ?? byName.get(plain(name)))
  }
}

/** By its code, else by its name where all branches of that name are of one zone. */
export function zonesOf(branches: readonly KnownBranch[]): ZoneOfBranch {
  const byCode = new Map<string, string>()
  const byName = new Map<string, string | undefined>()
  for (const { code, name, timezone } of branches) {
    const zone = timezone === null ? undefined : zoneOf(timezone)
    if (zone !== undefined) byCode.set(code, zone)
    const key = plain(name ?? code)
    byName.set(key, byName.has(key) && byName.get(key) !== zone ? undefined : zone)
  }
  return ({ code, name }) => {
    if (code !== undefined) return byCode.get(code)
    return name === undefined ? undefined : (byCode.get(name) ?? byName.get(plain(name)))
  }
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('ё', 'е').replace(/\s+/g, ' ').trim()
}
