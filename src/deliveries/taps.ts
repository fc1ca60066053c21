import { timingSafeEqual } from 'node:crypto'
import type { Message } from '../channels/message.ts'
import type { Vault } from '../clients/vault.ts'
import { type DeliveryId, parseId, prefixOf } from '../lib/ids.ts'

/** A link of a message that left: which of its links, counted from 0. */
export type Tap = { delivery: DeliveryId; link: number }

const idBytes = 16
const proofBytes = 12

/**
 * Names a link without saying where it leads: the target stands in the sealed message of its delivery, so nobody can make
 * one that leads elsewhere, and it ends with the client's key. The proof keeps strangers from guessing others.
 */
export function tapToken(vault: Pick<Vault, 'index'>, { delivery, link }: Tap): string {
  const head = Buffer.concat([Buffer.from(delivery.slice(delivery.indexOf('_') + 1), 'hex'), Buffer.of(link)])
  return Buffer.concat([head, proofOf(vault, head)]).toString('base64url')
}

/** Undefined for what was not made here. */
export function tapIn(vault: Pick<Vault, 'index'>, token: string): Tap | undefined {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== idBytes + 1 + proofBytes || bytes.toString('base64url') !== token) return undefined
  const head = bytes.subarray(0, idBytes + 1)
  if (!timingSafeEqual(bytes.subarray(idBytes + 1), proofOf(vault, head))) return undefined
  const delivery = parseId('delivery', `${prefixOf('delivery')}_${head.subarray(0, idBytes).toString('hex')}`)
  return delivery && { delivery, link: head[idBytes] ?? 0 }
}

function proofOf(vault: Pick<Vault, 'index'>, head: Buffer): Buffer {
  return vault.index('content', `tap:${head.toString('hex')}`).subarray(0, proofBytes)
}

/** The message with its link buttons leading over us, so that a tap is seen. */
export function withTaps(message: Message, urlOf: (link: number) => string): Message {
  if (!message.buttons) return message
  let link = 0
  const buttons = message.buttons.map((row) =>
    row.map((each) => (each.kind === 'link' && isWeb(each.url) ? { ...each, url: urlOf(link++) } : each)),
  )
  return { ...message, buttons }
}

/** Where that link of the message leads. */
export function targetOf(message: Message, link: number): string | undefined {
  return (message.buttons ?? []).flat().flatMap((each) => (each.kind === 'link' && isWeb(each.url) ? [each.url] : []))[
    link
  ]
}

function isWeb(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}
