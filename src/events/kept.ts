import { z } from 'zod'
import { type Event, eventSchema, eventTypes } from './event.ts'
import type { Handling } from './types/definition.ts'

/**
 * What is kept beside the events of the contract: a ready text for one person, from the SMS subsystem of БСП. Kept as an
 * event, it goes the way of all others: once, in order, by consent, outside quiet hours. No webhook can bring one.
 */
export const smsSchema = eventSchema
  .omit({ type: true })
  .extend({ type: z.literal('sms'), text: z.string().trim().min(1).max(1000) })
export type SmsEvent = z.infer<typeof smsSchema>

/** An operator's answer to a question that the client asked in the bot. It goes to that chat or to none. */
export const answerSchema = eventSchema
  .omit({ type: true })
  .extend({ type: z.literal('answer'), text: z.string().trim().min(1).max(3500), contactId: z.string() })
export type AnswerEvent = z.infer<typeof answerSchema>

export const keptEventSchema = z.discriminatedUnion('type', [eventSchema, smsSchema, answerSchema])
export type KeptEvent = z.infer<typeof keptEventSchema>
export type ReadyText = SmsEvent | AnswerEvent

/** Somebody has written it: it has no template, and says nothing of an operation. */
export function isReadyText(event: KeptEvent): event is ReadyText {
  return event.type === 'sms' || event.type === 'answer'
}

/** An event of the contract. */
export function isFact(event: KeptEvent): event is Event {
  return !isReadyText(event)
}

export const keptTypes = [...eventTypes, 'sms', 'answer'] as const
export type KeptType = (typeof keptTypes)[number]

export const smsHandling: Handling = {
  title: 'Сообщение из 1С',
  urgency: 'ordinary',
  class: 'service',
  freshnessDays: 3,
  patienceMinutes: 30,
  expiryHours: 72,
}

export const answerHandling: Handling = {
  title: 'Ответ на вопрос',
  urgency: 'ordinary',
  class: 'service',
  freshnessDays: 3,
  // It waits for its chat: it must not go to another.
  patienceMinutes: 60,
  expiryHours: 72,
}
