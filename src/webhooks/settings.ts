import { stringify } from 'lossless-json'
import type { Queryable } from '../db/database.ts'
import type { BranchZones } from '../events/branches.ts'
import { RequestError } from '../lib/errors.ts'
import { refusalMessage } from './answers.ts'
import type { Sender } from './auth.ts'
import { readBody } from './body/read-body.ts'
import { readRequest, refusalOf } from './intake.ts'
import { costsOf, type Flaw, flawsOf } from './mapping/flaws.ts'
import { overridden, profileOverrideSchema, profileSchema } from './mapping/profile.ts'
import { overrideIn, type Profiles } from './profiles.ts'
import { isSource, profiles, type SourceName } from './sources.ts'
import { readOverrides, saveOverrides } from './store.ts'

/** A body as somebody posted it, before anything was made of it. */
export type Posted = { bytes: Buffer; contentType?: string | undefined; contentEncoding?: string | undefined }

export type SettingsNeeds = {
  db: Queryable
  timezone: string
  senders: Record<SourceName, Sender>
  profiles: Profiles
  branchZones: Pick<BranchZones, 'read'>
}

/**
 * The senders as an owner sees and changes them. `api/` and this folder are neighbours, so service.ts hands it over;
 * what each part promises stands there, in
 * `api/source-needs.ts`.
 */
export function createSettings(needs: SettingsNeeds) {
  return {
    names: Object.keys(profiles),
    profileSchema,
    overrideSchema: profileOverrideSchema,

    describe: (name: string) => {
      const { key, secret } = needs.senders[known(name)]
      return { hasEnvironmentKey: key !== undefined, isSigned: secret !== undefined }
    },

    stored: async (name: string) => {
      const shipped = profiles[known(name)]
      const stored = await readOverrides(needs.db, name)
      const overrides = overrideIn(stored?.overrides)
      const effective = overridden(shipped, overrides)
      return { shipped, overrides, effective, updatedAt: stored?.updatedAt, updatedBy: stored?.updatedBy }
    },

    save: async (name: string, change: unknown, by: string): Promise<{ flaws: Flaw[]; costs: Flaw[] }> => {
      const source = known(name)
      const override = profileOverrideSchema.parse(change)
      const flaws = flawsOf(profiles[source], override)
      if (flaws.length > 0) return { flaws, costs: [] }
      await saveOverrides(needs.db, source, override, by)
      needs.profiles.forget(source)
      return { flaws, costs: costsOf(profiles[source], override) }
    },

    flawsIn: (name: string, change: unknown): Flaw[] =>
      flawsOf(profiles[known(name)], profileOverrideSchema.parse(change)),

    read: (name: string, posted: Posted, how: Reading) => read(needs, name, posted, how),

    readOne: async (name: string, posted: Posted, how: Reading) => {
      const { items } = await read(needs, name, posted, how)
      const [item] = items
      if (!item || items.length > 1)
        throw new RequestError('field_invalid', `Здесь показывается одно событие, а в теле их ${items.length}.`)
      if (item.ok) return item
      const { errors } = item
      throw new RequestError(errors[0]?.code ?? 'field_invalid', refusalMessage(errors, 1), { errors })
    },

    json: (posted: Posted): unknown => {
      const body = readBody(posted.bytes, posted)
      if (!body.ok) throw refusalOf(body)
      return body.value
    },

    bytesOf: (value: unknown): Buffer => Buffer.from(stringify(value) ?? ''),
  }
}

type Reading = { change?: unknown; branchCode: string | null; now: Date }

async function read(needs: SettingsNeeds, name: string, posted: Posted, { change, branchCode, now }: Reading) {
  const source = known(name)
  const profile =
    change === undefined
      ? await needs.profiles.of(source)
      : overridden(profiles[source], profileOverrideSchema.parse(change))
  const zoneOfBranch = await needs.branchZones.read()
  return readRequest(
    { timezone: needs.timezone, profile, branchCode, zoneOfBranch },
    posted.bytes,
    { 'content-type': posted.contentType, 'content-encoding': posted.contentEncoding },
    now,
  )
}

/** @throws RequestError 404 */
function known(name: string): SourceName {
  if (isSource(name)) return name
  const names = Object.keys(profiles).join(', ')
  throw new RequestError('not_found', `Источника «${name.slice(0, 50)}» нет. Есть: ${names}.`)
}
