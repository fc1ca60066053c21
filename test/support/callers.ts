import { createHmac } from 'node:crypto'
import type { ChannelName } from '../../src/channels/channel.ts'
import { signatureOf } from '../../src/sandbox/whatsapp/webhooks.ts'
import { maxSecret } from './max.ts'
import type { Town } from './town.ts'
import { vkSecret } from './vk.ts'

export const telegramSecret = 'sesam_offne_dich_1'
const now = () => Math.floor(Date.now() / 1000)

export type Call = { headers: Record<string, string>; body: string }

/** How one messenger calls us. `who` is the address of the chat that speaks, `key` a number that no other update bears. */
type Caller = {
  /** As the messenger itself brings it. */
  genuine(update: object): Call
  /** From whoever does not know the secret, or speaks for another page or number; with the answer he gets. */
  forged(update: object): [what: string, call: Call, status: number][]
  accepts: string
  text(who: string, words: string, key: number): object
  press(who: string, payload: string, key: number): object
  /** The card of somebody else, with all proofs but that it is the sender's; VK knows no cards. */
  foreignCard?(who: string, owner: string, phone: string, key: number): object
  unknown: object[]
}

export function callerOf(town: Town, channel: ChannelName): Caller {
  switch (channel) {
    case 'telegram':
      return telegramCaller()
    case 'vk':
      return vkCaller(Number(town.vk.groupId))
    case 'max':
      return maxCaller(town.max.token)
    case 'whatsapp':
      return whatsappCaller(town.whatsapp)
  }
}

function telegramCaller(): Caller {
  const call = (update: object, secret?: string): Call => ({
    headers: secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret },
    body: JSON.stringify(update),
  })
  const message = (who: string, key: number, more: object) => ({
    update_id: key,
    message: {
      message_id: 1,
      date: now(),
      from: { id: Number(who) },
      chat: { id: Number(who), type: 'private' },
      ...more,
    },
  })
  return {
    genuine: (update) => call(update, telegramSecret),
    forged: (update) => [
      ['no secret', call(update), 401],
      ['a wrong secret', call(update, 'sesam_offne_dich_2'), 401],
    ],
    accepts: '',
    text: (who, text, key) => message(who, key, { text }),
    press: (who, data, key) => ({
      update_id: key,
      callback_query: {
        id: String(key),
        from: { id: Number(who) },
        data,
        message: { message_id: 1, date: now(), chat: { id: Number(who), type: 'private' } },
      },
    }),
    foreignCard: (who, owner, phone, key) =>
      message(who, key, { contact: { phone_number: phone, user_id: Number(owner), first_name: 'Иван' } }),
    unknown: [
      { update_id: newKey(), gift_received: { from: { id: 1 } } },
      {
        update_id: newKey(),
        message: { date: now(), from: { id: 1 }, chat: { id: 1, type: 'private' }, hologram: {} },
      },
      {
        update_id: newKey(),
        message: { date: now(), from: { id: 1 }, chat: { id: -5, type: 'supergroup' }, text: 'стоп' },
      },
      {},
    ],
  }
}

function vkCaller(groupId: number): Caller {
  const call = (update: object): Call => ({ headers: {}, body: JSON.stringify(update) })
  const ours = { group_id: groupId, secret: vkSecret, v: '5.199' }
  const event = (type: string, object: object, key = newKey()) => ({ type, event_id: `event-${key}`, object })
  return {
    genuine: (update) => call({ ...ours, ...update }),
    forged: (update) => [
      ['no secret', call({ ...update, group_id: groupId }), 403],
      ['a wrong secret', call({ ...ours, ...update, secret: 'Sesam_open_2' }), 403],
      ['another community', call({ ...ours, ...update, group_id: groupId + 1 }), 403],
    ],
    accepts: 'ok',
    text: (who, text, key) =>
      event('message_new', { message: { from_id: Number(who), peer_id: Number(who), date: now(), text } }, key),
    press: (who, payload, key) =>
      event(
        'message_event',
        { user_id: Number(who), peer_id: Number(who), event_id: 'e', payload: { p: payload } },
        key,
      ),
    unknown: [
      event('gift_new', { from_id: 1 }),
      event('message_new', { message: { from_id: 1, peer_id: 2_000_000_001, text: 'стоп' } }),
      event('constructor', {}),
    ],
  }
}

function maxCaller(token: string): Caller {
  const call = (update: object, secret?: string): Call => ({
    headers: secret === undefined ? {} : { 'x-max-bot-api-secret': secret },
    body: JSON.stringify(update),
  })
  const message = (who: string, key: number, more: object, chat = 'dialog') => ({
    update_type: 'message_created',
    timestamp: Date.now(),
    message: { sender: { user_id: Number(who) }, recipient: { chat_type: chat }, body: { mid: `mid.${key}`, ...more } },
  })
  return {
    genuine: (update) => call(update, maxSecret),
    forged: (update) => [
      ['no secret', call(update), 401],
      ['a wrong secret', call(update, `${maxSecret}!`), 401],
    ],
    accepts: '',
    text: (who, text, key) => message(who, key, { text }),
    press: (who, payload, key) => ({
      update_type: 'message_callback',
      timestamp: Date.now(),
      callback: { timestamp: Date.now(), callback_id: `press-${key}`, payload, user: { user_id: Number(who) } },
    }),
    foreignCard: (who, owner, phone, key) => {
      const card = `BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:${phone.slice(1)}\r\nEND:VCARD\r\n`
      const hash = createHmac('sha256', token).update(card).digest('hex')
      const payload = { vcf_info: card, hash, max_info: { user_id: Number(owner), first_name: 'Иван' } }
      return message(who, key, { attachments: [{ type: 'contact', payload }] })
    },
    unknown: [
      { update_type: 'gift_received', timestamp: Date.now(), user: { user_id: 1 } },
      message('1', newKey(), { attachments: [{ type: 'hologram', payload: {} }] }),
      message('1', newKey(), { text: 'стоп' }, 'chat'),
      {},
    ],
  }
}

function whatsappCaller({ appSecret, phoneNumberId }: Town['whatsapp']): Caller {
  const signed = (update: object, secret = appSecret): Call => {
    const body = JSON.stringify(update)
    return { headers: { 'x-hub-signature-256': signatureOf(secret, body) }, body }
  }
  const change = (value: object, field = 'messages') => ({
    object: 'whatsapp_business_account',
    entry: [{ changes: [{ field, value: { metadata: { phone_number_id: phoneNumberId }, ...value } }] }],
  })
  const message = (from: string, key: number, more: object) =>
    change({ messages: [{ from, id: `wamid.${key}`, timestamp: String(now()), ...more }] })
  return {
    genuine: (update) => signed(update),
    forged: (update) => [
      ['no signature', { headers: {}, body: JSON.stringify(update) }, 401],
      ['a signature by another secret', signed(update, 'another-app'), 401],
      ['a signature over other bytes', { ...signed(update), body: `${JSON.stringify(update)} ` }, 401],
      [
        'another number of the same app',
        signed(JSON.parse(JSON.stringify(update).replace(phoneNumberId, '999')) as object),
        200,
      ],
    ],
    accepts: '',
    text: (who, body, key) => message(who, key, { type: 'text', text: { body } }),
    press: (who, id, key) =>
      message(who, key, {
        type: 'interactive',
        interactive: { type: 'button_reply', button_reply: { id, title: 'Понятно' } },
      }),
    foreignCard: (who, _owner, phone, key) =>
      message(who, key, { type: 'contacts', contacts: [{ phones: [{ phone, wa_id: phone.slice(1) }] }] }),
    unknown: [
      change({ gifts: [{}] }),
      message('79050000000', newKey(), { type: 'hologram', hologram: {} }),
      change({ statuses: [{ id: 'wamid.x', status: 'teleported', timestamp: '1' }] }),
      change({ event: 'APPROVED' }, 'message_template_status_update'),
      {},
    ],
  }
}

let last = 0

export function newAddress(channel: ChannelName): string {
  last += 1
  return channel === 'whatsapp' ? `7906${1_000_000 + last}` : String(6_400_000 + last)
}

/** Far above the numbers that the emulators give. */
export function newKey(): number {
  last += 1
  return 880_000_000 + last
}
