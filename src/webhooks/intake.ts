import type { NamedBranch, ZoneOfBranch } from '../events/branches.ts'
import { catalog } from '../events/catalog.ts'
import type { Event } from '../events/event.ts'
import { eventTypes } from '../events/event.ts'
import type { EventWarning } from '../events/store/read.ts'
import { type FieldError, RequestError } from '../lib/errors.ts'
import { zoneOf } from '../lib/moment.ts'
import { type BodyFailure, readBody } from './body/read-body.ts'
import { eventsIn } from './mapping/batch.ts'
import { mapEvent } from './mapping/map-event.ts'
import type { Profile } from './mapping/profile.ts'

/** What one item of a body came to, before anything is stored. */
export type Read =
  | ({
      ok: true
      event: Event
      /** The event without what we know of its branch; undefined when that changes nothing. */
      asSaid: Event | undefined
    } & Told)
  | ({ ok: false; errors: FieldError[] } & Told)

type Told = { warnings: EventWarning[]; understood: Understood[]; ignored: string[] }

export type Understood = { from: string; to: string; value: string }

export type IntakeNeeds = {
  timezone: string
  profile: Profile
  branchCode: string | null
  zoneOfBranch: ZoneOfBranch
}

const batchLimit = 1000
const requirements = Object.fromEntries(eventTypes.map((type) => [type, catalog[type].requires]))

/**
 * The pure half of the intake: bytes to events, in the order of the body.
 * @throws RequestError when the body as a whole cannot be read.
 */
export function readRequest(
  needs: IntakeNeeds,
  raw: Buffer,
  headers: { 'content-type'?: string | undefined; 'content-encoding'?: string | undefined },
  now: Date,
): { items: Read[]; isBatch: boolean } {
  const body = readBody(raw, { contentType: headers['content-type'], contentEncoding: headers['content-encoding'] })
  if (!body.ok) throw refusalOf(body)
  const { isBatch, items: values } = eventsIn(needs.profile, body.value)
  if (values.length === 0) throw new RequestError('body_empty', 'Пакет пустой: в массиве нет ни одного события.')
  if (values.length > batchLimit) {
    throw new RequestError(
      'batch_too_large',
      `В пакете ${values.length} событий, можно до ${batchLimit}. Разделите пакет на части.`,
    )
  }
  return { items: values.map((value) => readItem(needs, value, body.warnings, now)), isBatch }
}

export function refusalOf({ code, message, line, column }: BodyFailure): RequestError {
  return new RequestError(code, message, { errors: [{ code, message, ...(line && column ? { line, column } : {}) }] })
}

function readItem(needs: IntakeNeeds, value: unknown, warnings: EventWarning[], now: Date): Read {
  const { profile, timezone, branchCode: own } = needs
  const context = { timezone, now, requirements }
  let known: string | undefined
  const branchTimezone = (branch: NamedBranch) => {
    known = needs.zoneOfBranch({ ...branch, code: branch.code ?? own ?? undefined })
    return known
  }
  const mapped = mapEvent(profile, value, { ...context, branchTimezone })
  const told = { ...mapped, warnings: [...warnings, ...mapped.warnings] }
  if (!told.ok) return told
  const event = withBranch(told.event, own)
  const foreign = foreignBranch(event, own)
  if (foreign) return { ...told, ok: false, errors: [foreign] }
  if (known === undefined) return { ...told, event, asSaid: undefined }
  const zoned = { ...event, branch: { ...event.branch, timezone: known } }
  // The dates of a branch in the usual zone are the same either way.
  const plain = known === zoneOf(profile.timezone ?? timezone) ? undefined : mapEvent(profile, value, context)
  return { ...told, event: zoned, asSaid: plain?.ok ? withBranch(plain.event, own) : event }
}

/** A key of one branch speaks for that branch only. */
function foreignBranch({ branch }: Event, own: string | null): FieldError | undefined {
  const named = branch?.code
  if (own === null || named === undefined || named === own) return undefined
  return {
    code: 'field_invalid',
    field: 'branch.code',
    value: named,
    message: `Площадка «${named}» не подходит: этот ключ выдан площадке «${own}». Возьмите ключ своей площадки или общий ключ.`,
  }
}

function withBranch(event: Event, own: string | null): Event {
  return own === null || event.branch?.code !== undefined ? event : { ...event, branch: { ...event.branch, code: own } }
}
