import type { Queryable } from '../db/database.ts'
import { overridden, type Profile, profileOverrideSchema } from './mapping/profile.ts'
import { profiles, type SourceName } from './sources.ts'
import { readOverrides } from './store.ts'

/** The profile of a source as it holds now. */
export type ProfileOf = (source: SourceName) => Promise<Profile>

/** A change made through the API reaches every process within this time. */
const rememberedMs = 3_000

/** The shipped profile with the owner's changes over it; asked of the database every few seconds, not at every request. */
export function createProfiles(db: Queryable): ProfileOf {
  const known = new Map<SourceName, { profile: Profile; overrides: string; readAt: number }>()
  return async (source) => {
    const remembered = known.get(source)
    if (remembered && performance.now() - remembered.readAt < rememberedMs) return remembered.profile
    const stored = await readOverrides(db, source)
    const overrides = JSON.stringify(stored ?? {})
    if (remembered?.overrides === overrides) {
      // The same object: the mapping compiles a profile once an object.
      remembered.readAt = performance.now()
      return remembered.profile
    }
    const parsed = profileOverrideSchema.safeParse(stored ?? {})
    const profile = parsed.success ? overridden(profiles[source], parsed.data) : profiles[source]
    known.set(source, { profile, overrides, readAt: performance.now() })
    return profile
  }
}
