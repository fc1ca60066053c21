import { z } from 'zod'
import type { Message } from '../channels/message.ts'
import { repeatsOf } from '../channels/registry.ts'

const buttonSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('link'), text: z.string(), url: z.string() }),
  z.object({ kind: z.literal('callback'), text: z.string(), payload: z.string() }),
])

const storedMessage = z.object({
  /** Said before the text, and kept when the text is rendered anew. */
  lead: z.string().optional(),
  text: z.string(),
  buttons: z.array(z.array(buttonSchema)).optional(),
})

export function messageText(message: Message, lead?: string): string {
  const { text, buttons } = message
  return JSON.stringify({ ...(lead === undefined ? {} : { lead }), text, ...(buttons ? { buttons } : {}) })
}

/** @param stored what messageText made. */
export function storedMessageOf(stored: string): Message {
  const { lead, text, buttons } = storedMessage.parse(JSON.parse(stored))
  return { text: lead === undefined ? text : `${lead} ${text}`, ...(buttons ? { buttons } : {}) }
}

/** The stored message in new words, with the lead it had. */
export function renewedText(stored: string, renewed: Message): string {
  return messageText(renewed, storedMessage.parse(JSON.parse(stored)).lead)
}

/**
 * Nobody may take the repeat after a lost answer for a second payout (promise 4). A messenger that drops the second of two
 * by itself gets it word for word.
 */
export function asRepeat(message: Message, channel: string | null): Message {
  if (repeatsOf(channel) !== 'marked') return message
  return { ...message, text: `Повторное сообщение: ${message.text}` }
}

/** The text of a stored message as it left. */
export function sentText(sent: {
  message: string | undefined
  repeat: boolean
  channel: string | null
}): string | undefined {
  if (sent.message === undefined) return undefined
  const message = storedMessageOf(sent.message)
  return (sent.repeat ? asRepeat(message, sent.channel) : message).text
}
