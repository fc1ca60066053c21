import type { Queryable } from '../db/database.ts'
import { overridden, type Profile, type ProfileOverride, profileOverrideSchema } from './mapping/profile.ts'
import { profiles, type SourceName } from './sources.ts'
import { readOverrides } from './store.ts'

export type Profiles = {
  /** The profile of a source as it holds now. */
  of(source: SourceName): Promise<Profile>
  /** A profile was changed here: this process reads it anew. */
  forget(source: SourceName): void
}

/** A change made through the API reaches every process within this time. */
const rememberedMs = 3_000

/** The shipped profile with the owner's changes over it; asked of the database every few seconds, not at every request. */
export function createProfiles(db: Queryable): Profiles {
  const known = new Map<SourceName, { profile: Profile; overrides: string; readAt: number }>()
  const of = async (source: SourceName) => {
    const remembered = known.get(source)
    if (remembered && performance.now() - remembered.readAt < rememberedMs) return remembered.profile
    const stored = overrideIn((await readOverrides(db, source))?.overrides)
    const overrides = JSON.stringify(stored)
    if (remembered?.overrides === overrides) {
      // The same object: the mapping compiles a profile once an object.
      remembered.readAt = performance.now()
      return remembered.profile
    }
    const profile = overridden(profiles[source], stored)
    known.set(source, { profile, overrides, readAt: performance.now() })
    return profile
  }
  return { of, forget: (source) => known.delete(source) }
}

/** What was saved by another version and cannot be read any more leaves the profile as it was shipped. */
export function overrideIn(stored: unknown): ProfileOverride {
  const parsed = profileOverrideSchema.safeParse(stored ?? {})
  return parsed.success ? parsed.data : {}
}
