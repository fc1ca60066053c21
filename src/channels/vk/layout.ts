import { createHash } from 'node:crypto'
import type { Button, Message } from '../message.ts'
import type { Params } from './call.ts'

/** The schema allows 9000 signs of text, the practical ceiling is 4096; over-long text is refused as a whole (914). */
const longestText = 4096
/** dev.vk.com/ru/api/bots/development/keyboard. */
const longestPayload = 255
const longestLabel = 40

/** What VK would refuse, seen before any call. */
export function faultOf(message: Message): { code: string; description: string } | undefined {
  if (message.text.trim() === '') return { code: 'empty', description: 'Текст сообщения пуст.' }
  if (readable(message.text).length > longestText)
    return { code: 'too_long', description: `Текст длиннее ${longestText} знаков.` }
  const tooLong = message.buttons
    ?.flat()
    .some((each) => each.kind === 'callback' && Buffer.byteLength(payloadOf(each.payload)) > longestPayload)
  if (tooLong) return { code: 'button_too_long', description: `Данные кнопки длиннее ${longestPayload} байт.` }
  return undefined
}

/** The message as plain text, all that VK knows, with a keyboard where it has one. */
export function layOut(address: string, message: Message, deliveryId: string): Params {
  const keyboard = keyboardOf(message)
  return { ...layOutPlain(address, message, deliveryId), ...(keyboard && { keyboard: JSON.stringify(keyboard) }) }
}

export function layOutPlain(address: string, message: Message, deliveryId: string): Params {
  return {
    // Not peer_ids: there a refusal stands inside a success, once as an object and once as a text (schema and page of the
    // method differ). Here the answer is a number or an error.
    peer_id: address,
    random_id: String(randomIdOf(deliveryId)),
    message: asksForPhone(message) ? phoneAnswer(address) : readable(message.text),
    // Otherwise VK opens the links itself, which would look like a tap of the client.
    dont_parse_links: '1',
    disable_mentions: '1',
  }
}

/** VK drops a second message of the dialog with the same random_id within an hour; 0 turns that off (page of messages.send). */
export function randomIdOf(deliveryId: string): number {
  const hash = createHash('sha256').update(deliveryId).digest()
  return hash.readUInt32BE(0) & 0x7fff_ffff || 1
}

/**
 * `[id1|text]`, `@id1 (text)` and `*id1 (text)` become a link and lose their signs; a word joiner, which nobody sees, keeps
 * the letters as they are.
 */
function readable(text: string): string {
  return text
    .replace(/\[(?=(?:id|club|public|event|app|https?:)[^\]|]*\|)/gi, '[\u2060')
    .replace(/[@*](?=(?:id|club|public|event|app)\d)/gi, '$&\u2060')
}

function asksForPhone({ keyboard, buttons }: Message): boolean {
  return typeof keyboard === 'object' && !buttons?.flat().length
}

/** VK gives a community nobody's phone, so the question for it makes no sense here; the page's number links him by hand. */
function phoneAnswer(address: string): string {
  return (
    'Спасибо! Остался один шаг. ВКонтакте не передаёт нам ваш номер телефона, поэтому подключит вас сотрудник площадки: ' +
    `скажите ему, что пишете со страницы vk.com/id${address}.`
  )
}

type VkButton = {
  action: { type: 'open_link'; link: string; label: string } | { type: 'callback'; payload: string; label: string }
}
type Keyboard = { inline: true; buttons: VkButton[][] } | { one_time: true; buttons: [] }

/** One message carries one keyboard; buttons under the message win over one below the input line. */
function keyboardOf({ buttons, keyboard }: Message): Keyboard | undefined {
  const lines = buttons?.filter((row) => row.length > 0)
  if (lines?.length) return { inline: true, buttons: lines.map((row) => row.map(buttonOf)) }
  return keyboard === 'remove' ? { one_time: true, buttons: [] } : undefined
}

function buttonOf(button: Button): VkButton {
  const label = button.text.length > longestLabel ? `${button.text.slice(0, longestLabel - 1)}…` : button.text
  if (button.kind === 'link') return { action: { type: 'open_link', link: button.url, label } }
  return { action: { type: 'callback', payload: payloadOf(button.payload), label } }
}

/** A payload must be a JSON object. */
function payloadOf(payload: string): string {
  return JSON.stringify({ p: payload })
}
