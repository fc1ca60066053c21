import type { z } from 'zod'
import type { Event } from '../events/event.ts'
import type { EventWarning } from '../events/store/read.ts'
import type { FieldError } from '../lib/errors.ts'
import type { Posted } from './route.ts'

/**
 * What the API needs of the senders. `webhooks/`, which knows them, is a neighbour: service.ts hands it over. Each that takes
 * a name throws RequestError 404 for an unknown one.
 */
export type SourceNeeds = {
  names: readonly string[]
  profileSchema: z.ZodType
  overrideSchema: z.ZodType
  describe(name: string): { hasEnvironmentKey: boolean; isSigned: boolean }
  stored(name: string): Promise<{
    shipped: object
    overrides: object
    effective: { title: string; verified: boolean }
    updatedAt: Date | undefined
    updatedBy: string | undefined
  }>
  /** Saves a change that does what it says; answers what it costs. Changes nothing when there is a flaw. */
  save(name: string, change: unknown, by: string): Promise<{ flaws: Flaw[]; costs: Flaw[] }>
  flawsIn(name: string, change: unknown): Flaw[]
  /**
   * What the webhook of that source would make of a body, with a change of its profile that is not saved yet.
   * @throws RequestError when the body as a whole cannot be read.
   */
  read(name: string, posted: Posted, how: Reading): Promise<{ items: ReadItem[]; isBatch: boolean }>
  /** @throws RequestError as the webhook answers, and for more than one event. */
  readOne(name: string, posted: Posted, how: Reading): Promise<{ event: Event; warnings: EventWarning[] }>
  /**
   * A body as JSON whose numbers keep every digit, and such JSON as a body.
   * @throws RequestError that says where it is no JSON.
   */
  json(posted: Posted): unknown
  bytesOf(value: unknown): Buffer
}

export type Reading = { change?: unknown; branchCode: string | null; now: Date }

export type Flaw = { path: string; message: string }

export type ReadItem = {
  warnings: EventWarning[]
  understood: { from: string; to: string; value: string }[]
  ignored: string[]
} & ({ ok: true; event: Event } | { ok: false; errors: FieldError[] })
