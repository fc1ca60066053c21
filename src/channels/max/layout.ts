import type { Button, Message } from '../message.ts'

/** Limits: dev.max.ru, POST /messages and attachment types; schema.yaml of max-bot-api-client-go. */
const limits = { text: 4000, rows: 30, buttons: 210, inRow: 7, inRowWithLinks: 3, label: 128, payload: 1024, url: 2048 }

export type MaxButton =
  | { type: 'link'; text: string; url: string }
  | { type: 'callback'; text: string; payload: string }
  | { type: 'request_contact'; text: string }

export type Payload = {
  text: string
  attachments?: Attachment[]
}

type Attachment =
  | { type: 'image'; payload: { url: string } }
  | { type: 'inline_keyboard'; payload: { buttons: MaxButton[][] } }

/** What MAX would refuse, seen before any call. */
export function faultOf(message: Message): { code: string; description: string } | undefined {
  if (message.text.trim() === '') return { code: 'empty', description: 'Текст сообщения пуст.' }
  if (message.text.length > limits.text) return { code: 'too_long', description: 'Текст длиннее 4000 знаков.' }
  const rows = rowsOf(message)
  if (rows.length > limits.rows || rows.flat().length > limits.buttons)
    return { code: 'too_many_buttons', description: 'Кнопок больше, чем принимает MAX.' }
  return rows.flat().map(buttonFault).find(Boolean)
}

function buttonFault(button: MaxButton): { code: string; description: string } | undefined {
  if (button.text === '' || button.text.length > limits.label)
    return { code: 'button_label', description: 'Надпись на кнопке: от 1 до 128 знаков.' }
  if (button.type === 'callback' && button.payload.length > limits.payload)
    return { code: 'button_too_long', description: 'Данные кнопки длиннее 1024 знаков.' }
  if (button.type === 'link' && button.url.length > limits.url)
    return { code: 'button_too_long', description: 'Ссылка кнопки длиннее 2048 знаков.' }
  return undefined
}

/** Without `format` MAX looks for no marks, so the client reads the text letter for letter. */
export function layOut(message: Message): Payload {
  const { text, picture } = message
  const buttons = rowsOf(message)
  const attachments: Attachment[] = [
    ...(picture ? [{ type: 'image', payload: { url: picture.url } } as const] : []),
    ...(buttons.length === 0 ? [] : [{ type: 'inline_keyboard', payload: { buttons } } as const]),
  ]
  return attachments.length === 0 ? { text } : { text, attachments }
}

/** MAX has no keyboard below the input line: the request for a phone is a button under the message, and there is nothing to remove. */
function rowsOf({ buttons = [], keyboard }: Message): MaxButton[][] {
  const rows = buttons.flatMap((row) => cut(row.map(buttonOf)))
  if (keyboard === undefined || keyboard === 'remove') return rows
  return [...rows, [{ type: 'request_contact', text: keyboard.requestContact }]]
}

function cut(row: MaxButton[]): MaxButton[][] {
  const width = row.some(({ type }) => type === 'link') ? limits.inRowWithLinks : limits.inRow
  const pieces: MaxButton[][] = []
  for (let at = 0; at < row.length; at += width) pieces.push(row.slice(at, at + width))
  return pieces
}

function buttonOf(button: Button): MaxButton {
  if (button.kind === 'link') return { type: 'link', text: button.text, url: button.url }
  return { type: 'callback', text: button.text, payload: button.payload }
}
