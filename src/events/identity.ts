import type { KeptEvent } from './kept.ts'

/**
 * What makes two posts one fact (promise 2): the sender's event id, else the content key. A document without an id is
 * told apart by its number and day (numbers repeat every year); a fact without any document by all that it says, within
 * the day it came.
 */
export function identityText(event: KeptEvent, receivedOn: string): string {
  if (event.id !== undefined) return `id:${event.id}`
  const { payment, operation } = event
  const fact = [event.type, event.status, payment?.amount ?? operation?.amount, payment?.stage, event.version]
  if (operation?.id !== undefined) return `key:${JSON.stringify([operation.id, ...fact])}`
  if (operation?.number !== undefined) {
    const day = (operation.date ?? event.occurredAt ?? receivedOn).slice(0, 10)
    return `key:${JSON.stringify([operation.number, day, event.client.id ?? event.client.phone, ...fact])}`
  }
  return `all:${contentText(event)}${event.occurredAt === undefined ? receivedOn.slice(0, 10) : ''}`
}

/** The same text for the same content, whatever the order in which the sender wrote the fields. */
export function contentText(event: KeptEvent): string {
  return JSON.stringify(sorted(event))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  )
}
