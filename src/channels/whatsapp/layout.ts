import type { SendRequest } from '../channel.ts'
import type { About, Button, Message } from '../message.ts'

/** An approved template: values of variables in its order, or under its own names. */
export type WhatsAppTemplate = {
  name: string
  language: string
  /** Names of our variables; as an object: the template's parameter name → our variable. */
  parameters: readonly string[] | Readonly<Record<string, string>>
}

/** By type of event. */
export type WhatsAppTemplates = Readonly<Record<string, WhatsAppTemplate>>

export type Fault = { code: string; description: string }
export type Payload = Record<string, unknown>
export type Laid = { ok: true; payload: Payload } | { ok: false; fault: Fault }

/** The press that stands for a shared contact: WhatsApp has no such button, and vouches for the number that pressed. */
export const ownPhonePayload = 'vestnik:own_phone'

const limits = { text: 4096, body: 1024, title: 20, payload: 256, buttons: 3 }

/** Digits of a phone, or an id that Meta gives a person for our business alone (since 2026). */
export function addressed(address: string): Payload | undefined {
  const plain = address.replace(/^\+/, '')
  if (/^\d{7,15}$/.test(plain)) return { to: plain }
  return /^[A-Z]{2}\.[\w.]{1,150}$/.test(address) ? { recipient: address } : undefined
}

/** The message in our own words: only within 24 hours after the person wrote. */
export function layOutFree(request: SendRequest): Laid {
  const { message } = request
  const buttons = buttonsOf(message)
  const callbacks = buttons.filter((button) => button.kind === 'callback')
  const links = buttons.filter((button) => button.kind === 'link')
  const text = neutral(message.text)
  const fault = faultOf(message, callbacks)
  if (fault) return { ok: false, fault }
  // One link may be a button, but not beside buttons of another kind, nor two of them: the others stand in the text.
  const [link] = links
  if (link && links.length === 1 && callbacks.length === 0 && fits(text, link.text)) {
    return laid(
      request,
      interactive(text, 'cta_url', { name: 'cta_url', parameters: { display_text: link.text, url: link.url } }),
    )
  }
  const whole = [text, links.map((each) => `${neutral(each.text)}: ${each.url}`).join('\n')]
    .filter(Boolean)
    .join('\n\n')
  // The words come before the buttons: what has no place beside them, or beside the links, goes without.
  if (callbacks.length === 0 || whole.length > limits.body) {
    const body = whole.length > limits.text ? text : whole
    return laid(request, { type: 'text', text: { body, preview_url: false } })
  }
  const replies = callbacks.map((each) => ({ type: 'reply', reply: { id: each.payload, title: each.text } }))
  return laid(request, interactive(whole, 'button', { buttons: replies }))
}

/** The message in the words that Meta approved, with our values. */
export function layOutTemplate(request: SendRequest, template: WhatsAppTemplate, about: About): Laid {
  const named = isList(template.parameters) ? undefined : Object.entries(template.parameters)
  const pairs = named ?? Object.values(template.parameters).map((variable) => [undefined, variable] as const)
  if (about.mustName !== undefined && !pairs.some(([, variable]) => variable === about.mustName)) {
    return { ok: false, fault: faults.cannotCorrect }
  }
  // A private message brings no personal values: a template that names them would say them or have holes.
  if (pairs.some(([, variable]) => about.variables[variable] === undefined))
    return { ok: false, fault: faults.notPrivate }
  const parameters = pairs.map(([name, variable]) => ({
    type: 'text',
    ...(name !== undefined && { parameter_name: name }),
    text: parameterOf(about.variables[variable]),
  }))
  const components = parameters.length === 0 ? [] : [{ type: 'body', parameters }]
  const { name, language } = template
  return laid(request, { type: 'template', template: { name, language: { code: language }, components } })
}

const faults = {
  empty: { code: 'empty', description: 'Текст сообщения пуст.' },
  tooLong: { code: 'too_long', description: 'Текст длиннее 4096 знаков.' },
  buttonTooLong: { code: 'button_too_long', description: 'Данные кнопки длиннее 256 знаков или подпись длиннее 20.' },
  tooManyButtons: { code: 'too_many_buttons', description: 'Кнопок ответа больше трёх.' },
  notPrivate: {
    code: 'template_not_private',
    description: 'Сообщение должно быть без личных данных, а одобренный шаблон WhatsApp их называет.',
  },
  cannotCorrect: {
    code: 'template_cannot_correct',
    description: 'Это исправление суммы, а в шаблоне WhatsApp нет суммы: он объявил бы вторую выплату.',
  },
} as const satisfies Record<string, Fault>

function faultOf(message: Message, callbacks: readonly Extract<Button, { kind: 'callback' }>[]): Fault | undefined {
  if (message.text.trim() === '') return faults.empty
  if (message.text.length > limits.text) return faults.tooLong
  if (callbacks.length > limits.buttons) return faults.tooManyButtons
  const isTooLong = callbacks.some((each) => each.payload.length > limits.payload || each.text.length > limits.title)
  return isTooLong ? faults.buttonTooLong : undefined
}

/** A keyboard that asks for the contact is a button here; one that is taken away never stood. */
function buttonsOf({ buttons, keyboard }: Message): Button[] {
  const shown = buttons?.flat() ?? []
  if (shown.length > 0 || keyboard === undefined || keyboard === 'remove') return shown
  return [{ kind: 'callback', text: keyboard.requestContact, payload: ownPhonePayload }]
}

function fits(text: string, title: string): boolean {
  return text.length <= limits.body && title.length <= limits.title
}

function interactive(text: string, type: string, action: Payload): Payload {
  return { type: 'interactive', interactive: { type, body: { text }, action } }
}

function laid({ address, deliveryId }: SendRequest, content: Payload): Laid {
  const envelope = { messaging_product: 'whatsapp', recipient_type: 'individual', ...addressed(address) }
  // Meta gives it back in every status, so a receipt finds its message even when the answer to this call is lost.
  return { ok: true, payload: { ...envelope, ...content, biz_opaque_callback_data: deliveryId.slice(0, 512) } }
}

function isList(parameters: WhatsAppTemplate['parameters']): parameters is readonly string[] {
  return Array.isArray(parameters)
}

/** A parameter may be neither empty nor hold line breaks, tabs or more than four spaces in a row. */
function parameterOf(value: string | undefined): string {
  const line = (value ?? '').replace(/[\n\r\t\u2028]+/g, ' ').replace(/ {4,}/g, '   ')
  return line.trim() === '' ? '—' : neutral(line)
}

const lookAlikes: Record<string, string> = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ', '>': '›', '-': '–' }

/**
 * WhatsApp has no escape character, and hides the marks it takes for formatting. A mark that has a partner in its line
 * gives way to a sign that looks the same; addresses stay as they are.
 */
function neutral(text: string): string {
  const parts = text.split(/(https?:\/\/\S+)/)
  const isAddress = (index: number) => index % 2 === 1
  const words = parts.filter((_, index) => !isAddress(index)).join('')
  const paired = ['*', '_', '~', '`'].filter((mark) => words.split(mark).length > 2)
  return parts
    .map((part, index) => {
      if (isAddress(index)) return part
      const inside = [...part].map((sign) => (paired.includes(sign) ? (lookAlikes[sign] ?? sign) : sign)).join('')
      // At the start of a line these make a quotation or a list.
      return inside.replace(/(?<=^|\n)[>*-](?= |$)/g, (sign) => lookAlikes[sign] ?? sign)
    })
    .join('')
}
