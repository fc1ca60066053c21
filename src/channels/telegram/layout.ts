import type {
  ForceReply,
  InlineKeyboardButton,
  InlineKeyboardMarkup,
  Opts,
  ReplyKeyboardMarkup,
  ReplyKeyboardRemove,
} from 'telegraf/types'
import type { Button, Message } from '../message.ts'

export type Payload = Opts<'sendMessage'>

/** What Telegram would refuse, seen before any call. Limits: core.telegram.org/bots/api, sendMessage and InlineKeyboardButton. */
export function faultOf(message: Message): { code: string; description: string } | undefined {
  if (message.text.trim() === '') return { code: 'empty', description: 'Текст сообщения пуст.' }
  if (message.text.length > 4096) return { code: 'too_long', description: 'Текст длиннее 4096 знаков.' }
  const tooLong = message.buttons?.flat().some((b) => b.kind === 'callback' && Buffer.byteLength(b.payload) > 64)
  if (tooLong) return { code: 'button_too_long', description: 'Данные кнопки длиннее 64 байт.' }
  return undefined
}

/** The message as HTML. Only & < > are touched, so the client reads the text letter for letter. */
export function layOut(address: string, message: Message): Payload {
  return { ...layOutPlain(address, message), text: escapeHtml(message.text), parse_mode: 'HTML' }
}

export function layOutPlain(address: string, message: Message): Payload {
  const markup = markupOf(message)
  return {
    chat_id: address,
    text: message.text,
    link_preview_options: { is_disabled: true },
    ...(markup && { reply_markup: markup }),
  }
}

/** The message as the caption of a picture; `photo` is an address that Telegram fetches, a `file_id` of this bot's, or a file. */
export function layOutPhoto(address: string, message: Message, photo: Opts<'sendPhoto'>['photo']): Opts<'sendPhoto'> {
  const markup = markupOf(message)
  const caption = escapeHtml(message.text)
  return { chat_id: address, photo, caption, parse_mode: 'HTML', ...(markup && { reply_markup: markup }) }
}

/** A longer text has no place under a picture, and goes without it. */
export function fitsCaption(text: string): boolean {
  return text.length <= 1024
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

type Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | ForceReply

/** One message carries one markup; buttons under the message win over a keyboard below the input line. */
function markupOf({ buttons, keyboard }: Message): Markup | undefined {
  const rows = buttons?.filter((row) => row.length > 0)
  if (rows?.length) return { inline_keyboard: rows.map((row) => row.map(buttonOf)) }
  if (keyboard === 'remove') return { remove_keyboard: true }
  if (!keyboard) return undefined
  const contact = { text: keyboard.requestContact, request_contact: true as const }
  return { keyboard: [[contact]], resize_keyboard: true, one_time_keyboard: true }
}

function buttonOf(button: Button): InlineKeyboardButton {
  if (button.kind === 'link') return { text: button.text, url: button.url }
  return { text: button.text, callback_data: button.payload }
}
