import { z } from 'zod'
import type { Message } from '../channels/message.ts'

const buttonSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('link'), text: z.string(), url: z.string() }),
  z.object({ kind: z.literal('callback'), text: z.string(), payload: z.string() }),
])

const storedMessage = z.object({ text: z.string(), buttons: z.array(z.array(buttonSchema)).optional() })

export function messageText(message: Message): string {
  return JSON.stringify({ text: message.text, ...(message.buttons ? { buttons: message.buttons } : {}) })
}

/** @param stored what messageText made. */
export function storedMessageOf(stored: string): Message {
  const { text, buttons } = storedMessage.parse(JSON.parse(stored))
  return buttons ? { text, buttons } : { text }
}

/** Nobody may take the repeat after a lost answer for a second payout (promise 4). */
export function asRepeat(message: Message): Message {
  return { ...message, text: `Повторное сообщение: ${message.text}` }
}

/** The text of a stored message as it left. */
export function sentText(sent: { message: string | undefined; repeat: boolean }): string | undefined {
  if (sent.message === undefined) return undefined
  const message = storedMessageOf(sent.message)
  return (sent.repeat ? asRepeat(message) : message).text
}
