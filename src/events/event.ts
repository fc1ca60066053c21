import { z } from 'zod'

/**
 * The canonical event of the public contract (§3.2), after normalisation: phones are E.164, sums are decimal
 * strings with two digits, weights and percents decimal strings, moments are ISO 8601 with an offset, days are YYYY-MM-DD.
 */

const decimal = z.string().regex(/^-?\d{1,15}(\.\d+)?$/)
const sum = z.string().regex(/^\d{1,13}\.\d{2}$/)
const moment = z.iso.datetime({ offset: true })
const day = z.iso.date()
const text = (max: number) => z.string().trim().min(1).max(max)

export const eventTypes = [
  'operation.accepted',
  'payout.sent',
  'payout.paid',
  'payout.partial',
  'payout.delayed',
  'payout.failed',
  'installment.reminder',
  'bonus.granted',
  'greeting',
] as const

export const eventTypeSchema = z.enum(eventTypes)
export type EventType = z.infer<typeof eventTypeSchema>

export const itemSchema = z.object({
  material: text(200).optional(),
  materialGenitive: text(200).optional(),
  grossKg: decimal.optional(),
  tareKg: decimal.optional(),
  contaminationPct: decimal.optional(),
  netKg: decimal.optional(),
  pricePerKg: decimal.optional(),
  amount: sum.optional(),
})

export const paymentMethods = ['card', 'sbp', 'account', 'cash', 'other'] as const

export const eventSchema = z.object({
  id: text(200).optional(),
  type: eventTypeSchema,
  occurredAt: moment.optional(),
  infobase: text(100).optional(),
  branch: z.object({ code: text(50).optional(), name: text(200).optional(), timezone: text(60).optional() }).optional(),
  client: z.object({
    id: text(100).optional(),
    phone: z
      .string()
      .regex(/^\+\d{8,15}$/)
      .optional(),
    fullName: text(200).optional(),
  }),
  operation: z
    .object({
      id: text(100).optional(),
      number: text(100).optional(),
      date: moment.optional(),
      items: z.array(itemSchema).max(100).optional(),
      amount: sum.optional(),
    })
    .optional(),
  payment: z
    .object({
      amount: sum.optional(),
      currency: z.string().length(3).optional(),
      method: z.enum(paymentMethods).optional(),
      last4: z
        .string()
        .regex(/^\d{4}$/)
        .optional(),
      stage: z.int().min(1).max(1000).optional(),
      stages: z.int().min(1).max(1000).optional(),
      remaining: sum.optional(),
      nextDate: day.optional(),
      dueDate: day.optional(),
    })
    .optional(),
  bonus: z.object({ points: decimal.optional(), balance: decimal.optional(), expiresAt: day.optional() }).optional(),
  occasion: text(200).optional(),
  reason: text(500).optional(),
  consent: z.object({ advertising: z.boolean().optional() }).optional(),
  /** The sender's own status word and document version: parts of the content key when there is no event id. */
  status: text(100).optional(),
  version: text(50).optional(),
})

export type Event = z.infer<typeof eventSchema>
export type ScrapItem = z.infer<typeof itemSchema>
