import { z } from 'zod'
import type { InlineButton, KeyboardButton } from './world.ts'

/** What `reply_markup` asks for: buttons under the message, and the keyboard below the input line when it changes. */
export type Markup = { buttons: InlineButton[][]; keyboard?: KeyboardButton[][] }

const inlineButtonSchema = z
  .object({ text: z.string().min(1), url: z.string().optional(), callback_data: z.string().optional() })
  .transform(({ text, url, callback_data: data }, context): InlineButton => {
    if (url !== undefined) {
      if (!isLink(url)) context.addIssue(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`)
      return { kind: 'link', text, url }
    }
    const bytes = Buffer.byteLength(data ?? '')
    if (data === undefined) context.addIssue('text buttons are unallowed in the inline keyboard')
    else if (bytes < 1 || bytes > 64) context.addIssue('BUTTON_DATA_INVALID')
    return { kind: 'callback', text, data: data ?? '' }
  })

const keyboardButtonSchema = z
  .union([z.string(), z.object({ text: z.string(), request_contact: z.boolean().optional() })])
  .transform((button): KeyboardButton => {
    if (typeof button === 'string') return { text: button, requestsContact: false }
    return { text: button.text, requestsContact: button.request_contact ?? false }
  })

const inlineSchema = z.object({ inline_keyboard: z.array(z.array(inlineButtonSchema)) })
const keyboardSchema = z.object({ keyboard: z.array(z.array(keyboardButtonSchema)) })
const otherSchema = z.object({ remove_keyboard: z.literal(true).optional(), force_reply: z.literal(true).optional() })

export function readMarkup(raw: unknown): Markup | { complaint: string } {
  const inline = inlineSchema.safeParse(raw)
  if (inline.success) return { buttons: inline.data.inline_keyboard }
  const keyboard = keyboardSchema.safeParse(raw)
  if (keyboard.success) return { buttons: [], keyboard: keyboard.data.keyboard }
  const other = otherSchema.safeParse(raw)
  const isInline = z.object({ inline_keyboard: z.unknown() }).safeParse(raw).success
  if (isInline || !other.success) return { complaint: complaintOf(isInline ? inline.error : keyboard.error) }
  return other.data.remove_keyboard ? { buttons: [], keyboard: [] } : { buttons: [] }
}

function complaintOf(error: z.ZodError): string {
  return error.issues.find((issue) => issue.code === 'custom')?.message ?? 'object expected as reply markup'
}

/** Telegram refuses a link without a dot in its host, such as http://localhost. */
function isLink(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'tg:' || (/^https?:$/.test(protocol) && hostname.includes('.'))
}
