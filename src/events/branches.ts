import type { Queryable } from '../db/database.ts'
import { zoneOf } from '../lib/moment.ts'
import { type KnownBranch, listBranches } from './store/branches.ts'

export type NamedBranch = { code?: string | undefined; name?: string | undefined }

/** The zone of a branch that we know, by what an event says of it. */
export type ZoneOfBranch = (branch: NamedBranch) => string | undefined

export type BranchZones = {
  read(): Promise<ZoneOfBranch>
  /** A branch was changed here: this process looks anew. */
  forget(): void
}

/** A change reaches every process within this time. */
const rememberedMs = 3_000

/** The zones of all branches, of which there are some hundreds at most: asked every few seconds, not at every request. */
export function createBranchZones(db: Queryable): BranchZones {
  let known: { zoneOfBranch: ZoneOfBranch; readAt: number } | undefined
  let reading: Promise<ZoneOfBranch> | undefined
  let changes = 0
  const readAnew = async () => {
    const asOf = changes
    const zoneOfBranch = zonesOf(await listBranches(db))
    // What was read before a change must not be remembered after it.
    if (asOf === changes) known = { zoneOfBranch, readAt: performance.now() }
    return zoneOfBranch
  }
  return {
    read: async () => {
      if (known && performance.now() - known.readAt < rememberedMs) return known.zoneOfBranch
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
