import { z } from 'zod'

/** What the settings are made of: a wrong one stops the start with one line that names the variable and an example. */
export class ConfigError extends Error {}

export const secret = z.string().min(8, 'at least 8 characters')
export const integer = (min: number, max: number) => z.coerce.number('a number').int('a whole number').min(min).max(max)
export const httpUrl = z.url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
export const perSecond = (normal: number) => integer(1, 10_000).default(normal)

/** Longer than any messenger's limit on an idle call; shorter than the lease and BullMQ's lock (checked in workers.ts). */
export const deadlines = { deadlineMs: 10_000, connectTimeoutMs: 5_000 }

/** The settings of one messenger, and what they may ask of others. */
export type Settings<Environment extends z.ZodRawShape> = z.output<z.ZodObject<Environment>> & {
  PUBLIC_URL?: string | undefined
}
