import assert from 'node:assert/strict'
import { catalog } from '../../src/events/catalog.ts'
import type { Event } from '../../src/events/event.ts'
import { type RenderInput, renderMessage, renderText } from '../../src/templates/render.ts'
import { goldenNow } from './golden.ts'

/** The default text of the event's type, or another; the moment is two hours after the samples' facts. */
export function inputFor(event: Event, overrides: Partial<RenderInput> = {}): RenderInput {
  return {
    template: catalog[event.type].text,
    event,
    now: new Date(goldenNow),
    defaultTimezone: 'Europe/Moscow',
    ...overrides,
  }
}

export function textFor(event: Event, overrides: Partial<RenderInput> = {}): string {
  const rendered = renderText(inputFor(event, overrides))
  assert.ok(rendered.ok, rendered.ok ? '' : rendered.error.message)
  return rendered.text
}

export function messageFor(event: Event, overrides: Partial<RenderInput> = {}) {
  const rendered = renderMessage(inputFor(event, overrides))
  assert.ok(rendered.ok, rendered.ok ? '' : rendered.error.message)
  return rendered
}

/** The error of a template that cannot be used for this event. */
export function errorOf(template: string, event: Event = catalog['payout.paid'].sample) {
  const rendered = renderText(inputFor(event, { template }))
  assert.ok(!rendered.ok, `no error, but «${rendered.ok ? rendered.text.slice(0, 100) : ''}»`)
  return rendered.error
}
