import assert from 'node:assert/strict'
import { type ChannelName, channelNames } from '../../src/channels/channel.ts'
import * as max from '../../src/channels/max/layout.ts'
import type { Message } from '../../src/channels/message.ts'
import * as telegram from '../../src/channels/telegram/layout.ts'
import * as vk from '../../src/channels/vk/layout.ts'
import * as whatsapp from '../../src/channels/whatsapp/layout.ts'
import type { Event } from '../../src/events/event.ts'
import { whatsappTemplatesOf } from '../../src/messengers/whatsapp.ts'

const deliveryId = 'dlv_golden'

/** The text as the client's eye sees it, after the channel's own layout; throws what the channel would refuse. */
export function seenOn(channel: ChannelName, message: Message): string {
  return sights[channel](message)
}

/** On every channel at once. */
export function seenEverywhere(message: Message): Record<ChannelName, string> {
  const seen = { max: '', vk: '', telegram: '', whatsapp: '' } satisfies Record<ChannelName, string>
  for (const channel of channelNames) seen[channel] = seenOn(channel, message)
  return seen
}

const sights: Record<ChannelName, (message: Message) => string> = {
  max(message) {
    assert.equal(max.faultOf(message), undefined)
    return max.layOut(message).text
  },
  vk(message) {
    assert.equal(vk.faultOf(message), undefined)
    // A word joiner takes no place and has no look.
    return String(vk.layOut('1', message, deliveryId).message).replaceAll('\u2060', '')
  },
  telegram(message) {
    assert.equal(telegram.faultOf(message), undefined)
    const { text, parse_mode } = telegram.layOut('1', message)
    assert.equal(parse_mode, 'HTML')
    assert.doesNotMatch(text, /[<>]|&(?!amp;|lt;|gt;)/, 'to Telegram every < and & is markup')
    return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
  },
  whatsapp(message) {
    const laid = whatsapp.layOutFree({ address: '79031234567', deliveryId, message })
    assert.ok(laid.ok, laid.ok ? '' : laid.fault.description)
    return textIn(laid.payload.text) ?? textIn(laid.payload.interactive) ?? assert.fail('no text')
  },
}

/** `{ body: 'text' }` of a text, `{ body: { text } }` of a message with buttons. */
function textIn(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null) return undefined
  const body: unknown = Reflect.get(part, 'body')
  if (typeof body === 'string') return body
  const text: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'text') : undefined
  return typeof text === 'string' ? text : undefined
}

/** The values that go into the approved template of WhatsApp, in its order. */
export function parametersOf(event: Event, message: Message): string[] {
  const template = whatsappTemplatesOf({})[event.type]
  assert.ok(template && message.about)
  const laid = whatsapp.layOutTemplate({ address: '79031234567', deliveryId, message }, template, message.about)
  assert.ok(laid.ok, laid.ok ? '' : laid.fault.description)
  return textsIn(laid.payload)
}

/** Every `text: '…'` in the payload, from the top down. */
function textsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === 'text' && typeof inner === 'string' ? [inner] : textsIn(inner),
  )
}
