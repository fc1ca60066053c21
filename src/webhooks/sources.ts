import type { Profile } from './mapping/profile.ts'
import { onecProfile } from './onec/profile.ts'
import { vtoriumProfile } from './vtorium/profile.ts'

/** The senders: one folder and one line each. The key is the last part of the address. */
export const profiles = {
  '1c': onecProfile,
  vtorium: vtoriumProfile,
} as const satisfies Record<string, Profile>

export type SourceName = keyof typeof profiles

export function isSource(name: string): name is SourceName {
  return Object.hasOwn(profiles, name)
}
