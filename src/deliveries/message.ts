import { z } from 'zod'
import { type About, type AnswerWord, answerWords, type Message } from '../channels/message.ts'
import { repeatsOf } from '../channels/registry.ts'
import { type DeliveryId, parseId } from '../lib/ids.ts'

const buttonSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('link'), text: z.string(), url: z.string() }),
  z.object({ kind: z.literal('callback'), text: z.string(), payload: z.string() }),
])

const correctionSchema = z.object({ lead: z.string(), variable: z.string(), value: z.string() })
/** `lead` before the text; for an approved template, the value of the variable that says the same. */
type Correction = z.output<typeof correctionSchema>

const storedMessage = z.object({
  /** That a sum was corrected: said before the text or in the variable, and kept when the message is rendered anew. */
  correction: correctionSchema.optional(),
  /** Somebody sent it once more although it may have come: said before everything, on whatever channel, and kept. */
  isAgain: z.boolean().optional(),
  /** Said before the text in whatever words it stands: that it is a copy of what another messenger brought. */
  lead: z.string().optional(),
  text: z.string(),
  picture: z.object({ url: z.string() }).optional(),
  buttons: z.array(z.array(buttonSchema)).optional(),
  about: z.object({ type: z.string(), variables: z.record(z.string(), z.string()) }).optional(),
})

export function messageText(message: Message, correction?: Correction): string {
  const { text, picture, buttons, about } = message
  return JSON.stringify({
    ...(correction === undefined ? {} : { correction }),
    text,
    ...(picture ? { picture: { url: picture.url } } : {}),
    ...(buttons ? { buttons } : {}),
    ...(about ? { about: { type: about.type, variables: about.variables } } : {}),
  })
}

/** @param stored what messageText made. */
export function storedMessageOf(stored: string): Message {
  const { correction, isAgain, lead, text, picture, buttons, about } = storedMessage.parse(JSON.parse(stored))
  const whole = [lead, correction?.lead, text].filter((each) => each !== undefined).join(' ')
  const told = about && correction !== undefined ? corrected(about, correction) : about
  return {
    text: isAgain ? repeatedText(whole) : whole,
    ...(picture ? { picture } : {}),
    ...(buttons ? { buttons } : {}),
    ...(told ? { about: isAgain ? repeatedAbout(told) : told } : {}),
  }
}

/** The stored message as one that says it is a repeat. */
export function again(stored: string): string {
  return JSON.stringify({ ...storedMessage.parse(JSON.parse(stored)), isAgain: true })
}

/** The stored message with words before it that every later wording keeps. */
export function led(stored: string, lead: string): string {
  return JSON.stringify({ ...storedMessage.parse(JSON.parse(stored)), lead })
}

export function isAgain(stored: string): boolean {
  return storedMessage.parse(JSON.parse(stored)).isAgain === true
}

const repeatLead = 'Повторное сообщение:'

function repeatedText(text: string): string {
  return text.startsWith(repeatLead) ? text : `${repeatLead} ${text}`
}

/** An approved template has no room before its words: the sum says it, or the message does not leave. */
function repeatedAbout({ type, variables }: About): About {
  return {
    type,
    variables: { ...variables, сумма: `${variables['сумма'] ?? ''} (повторное сообщение)`.trim() },
    mustName: 'сумма',
  }
}

function corrected({ type, variables }: About, { variable, value }: Correction): About {
  return { type, variables: { ...variables, [variable]: value }, mustName: variable }
}

/** That a sum was corrected, where no sum may be named. */
export const privateCorrection: Correction = {
  lead: 'Сумма изменена. Верное сообщение:',
  variable: 'сумма',
  value: 'изменена',
}

/** The stored message in new words, with the correction it told. */
export function renewedText(stored: string, renewed: Message, isPrivate: boolean): string {
  const { correction, isAgain, lead } = storedMessage.parse(JSON.parse(stored))
  const text = messageText(renewed, correction && isPrivate ? privateCorrection : correction)
  const whole = lead === undefined ? text : led(text, lead)
  return isAgain ? again(whole) : whole
}

/**
 * Nobody may take the repeat after a lost answer for a second payout (promise 4). A messenger that drops the second of two
 * by itself gets it word for word.
 */
export function asRepeat(message: Message, channel: string | null): Message {
  if (repeatsOf(channel) !== 'marked') return message
  return { ...message, text: repeatedText(message.text) }
}

/**
 * The message with buttons that say which delivery they answer: not every messenger names the message of a press. The
 * shortest payload any of them takes is Telegram's, 64 bytes.
 */
export function answerable(message: Message, id: DeliveryId): Message {
  if (!message.buttons) return message
  const buttons = message.buttons.map((row) =>
    row.map((each) => (each.kind === 'callback' ? { ...each, payload: `${each.payload}:${id}` } : each)),
  )
  return { ...message, buttons }
}

/** What a press of such a button says; undefined for every other payload. */
export function answerIn(payload: string): { word: AnswerWord; delivery: DeliveryId } | undefined {
  const [said = '', id = '', ...rest] = payload.split(':')
  const word = answerWords.find((each) => each === said)
  const delivery = parseId('delivery', id)
  return word && delivery && rest.length === 0 ? { word, delivery } : undefined
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
