import { catalog } from '../events/catalog.ts'
import type { Event } from '../events/event.ts'
import { eventTypes } from '../events/event.ts'
import type { EventWarning } from '../events/store/read.ts'
import { type FieldError, RequestError } from '../lib/errors.ts'
import { readBody } from './body/read-body.ts'
import { eventsIn } from './mapping/batch.ts'
import { mapEvent } from './mapping/map-event.ts'
import type { Profile } from './mapping/profile.ts'

/** What one item of a body came to, before anything is stored. */
export type Read =
  | { ok: true; event: Event; warnings: EventWarning[]; understood: Understood[]; ignored: string[] }
  | { ok: false; errors: FieldError[]; understood: Understood[]; ignored: string[] }

export type Understood = { from: string; to: string; value: string }

export type IntakeNeeds = { timezone: string; profile: Profile; branchCode: string | null }

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
  if (!body.ok) {
    const { code, message, line, column } = body
    throw new RequestError(code, message, { errors: [{ code, message, ...(line && column ? { line, column } : {}) }] })
  }
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

function readItem(needs: IntakeNeeds, value: unknown, warnings: EventWarning[], now: Date): Read {
  const mapped = mapEvent(needs.profile, value, { timezone: needs.timezone, now, requirements })
  if (!mapped.ok) return mapped
  const foreign = foreignBranch(mapped.event, needs.branchCode)
  if (foreign) return { ...mapped, ok: false, errors: [foreign] }
  return { ...mapped, event: withBranch(mapped.event, needs.branchCode), warnings: [...warnings, ...mapped.warnings] }
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
