import { z } from 'zod'
import { eventSchema, eventTypes } from './event.ts'
import type { Handling } from './types/definition.ts'

/**
 * What is kept beside the events of the contract: a ready text for one person, from the SMS subsystem of БСП. Kept as an
 * event, it goes the way of all others: once, in order, by consent, outside quiet hours. No webhook can bring one.
 */
export const smsSchema = eventSchema
  .omit({ type: true })
  .extend({ type: z.literal('sms'), text: z.string().trim().min(1).max(1000) })
export type SmsEvent = z.infer<typeof smsSchema>

export const keptEventSchema = z.discriminatedUnion('type', [eventSchema, smsSchema])
export type KeptEvent = z.infer<typeof keptEventSchema>

export const keptTypes = [...eventTypes, 'sms'] as const
export type KeptType = (typeof keptTypes)[number]

export const smsHandling: Handling = {
  title: 'Сообщение из 1С',
  urgency: 'ordinary',
  class: 'service',
  freshnessDays: 3,
  patienceMinutes: 30,
  expiryHours: 72,
}
