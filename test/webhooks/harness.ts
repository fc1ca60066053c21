import assert from 'node:assert/strict'
import { catalog } from '../../src/events/catalog.ts'
import { type Event, eventTypes } from '../../src/events/event.ts'
import { readBody } from '../../src/webhooks/body/read-body.ts'
import { eventsIn } from '../../src/webhooks/mapping/batch.ts'
import { type MapContext, type Mapped, mapEvent } from '../../src/webhooks/mapping/map-event.ts'
import type { Profile } from '../../src/webhooks/mapping/profile.ts'
import { onecProfile } from '../../src/webhooks/onec/profile.ts'

export const now = new Date('2025-11-23T12:50:00+03:00')
const requirements = Object.fromEntries(eventTypes.map((type) => [type, catalog[type].requires]))

export const context: MapContext = { timezone: 'Europe/Moscow', now, requirements }

/** What the intake makes of one event: an object as 1C would write it, or the JSON text itself. */
export function mapOne(posted: string | Record<string, unknown>, profile: Profile = onecProfile, more = {}): Mapped {
  const text = typeof posted === 'string' ? posted : JSON.stringify(posted)
  const body = readBody(Buffer.from(text), { contentType: 'application/json' })
  assert.ok(body.ok, body.ok ? '' : body.message)
  const { items } = eventsIn(profile, body.value)
  assert.equal(items.length, 1)
  return mapEvent(profile, items[0], { ...context, ...more })
}

export function accepted(mapped: Mapped): Event {
  assert.ok(mapped.ok, mapped.ok ? '' : JSON.stringify(mapped.errors))
  return mapped.event
}

/** The sum that the sample files call `amount`: of the payment, else of the document, else the points. */
export function amountOf(event: Event): string | null {
  if (event.type === 'bonus.granted') return Number(event.bonus?.points ?? 0).toFixed(2)
  if (event.type === 'operation.accepted') return event.operation?.amount ?? null
  return event.payment?.amount ?? null
}
