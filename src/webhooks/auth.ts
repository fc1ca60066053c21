import { hmac, sameSecret } from '../lib/crypto.ts'
import { RequestError } from '../lib/errors.ts'

export type Sender = { source: string; key: string | undefined; secret: string | undefined }

export type WebhookHeaders = Record<string, string | string[] | undefined>

/** @throws RequestError 401 unless the request bears this sender's key. */
export function checkKey(headers: WebhookHeaders, key: string): void {
  const given = givenKeys(headers)
  if (given.length === 0) throw new RequestError('unauthorized')
  if (!given.some((each) => sameSecret(each, key))) {
    throw new RequestError(
      'unauthorized',
      'Ключ неверен. Проверьте ключ в настройках отправки: он выдаётся на каждый источник свой.',
    )
  }
}

/** Bearer, the password of Basic, or X-API-Key. Base64Строка() of 1C breaks long lines, so white space inside is dropped. */
function givenKeys(headers: WebhookHeaders): string[] {
  const keys: string[] = []
  const apiKey = headerOf(headers, 'x-api-key')
  if (apiKey !== undefined) keys.push(apiKey.trim())
  const [scheme = '', ...rest] = (headerOf(headers, 'authorization') ?? '').trim().split(/\s+/)
  const credentials = rest.join('')
  if (scheme.toLowerCase() === 'bearer') keys.push(credentials)
  if (scheme.toLowerCase() === 'basic') {
    const plain = Buffer.from(credentials, 'base64').toString()
    keys.push(plain.slice(plain.indexOf(':') + 1))
  }
  return keys.filter((each) => each !== '')
}

/** How far the clock of a signed request may be off (Standard Webhooks, standardwebhooks.com). */
const toleranceS = 300

/**
 * 1C signs the string it has and the platform adds a BOM afterwards, so the signature may be that of the bytes behind it.
 * @throws RequestError 401 when no signature of `body` by `secret` is there.
 */
export function checkSignature(headers: WebhookHeaders, body: Buffer, secret: string, now: Date): void {
  const bodies = hasBom(body) ? [body, body.subarray(3)] : [body]
  const plain = headerOf(headers, 'x-signature')
  if (plain !== undefined) {
    if (bodies.some((each) => isPlainSignature(plain, hmac(secret, each)))) return
    throw new RequestError(
      'signature_invalid',
      'Подпись X-Signature не сходится с телом. Подписывайте ровно ту строку, которую передаёте в тело запроса, в UTF-8.',
    )
  }
  if (headerOf(headers, 'webhook-signature') !== undefined && isStandardSignature(headers, bodies, secret, now)) return
  throw new RequestError('signature_invalid')
}

function isPlainSignature(given: string, expected: Buffer): boolean {
  const text = given.replace(/\s+/g, '').replace(/^sha256=/i, '')
  const hex = /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : Buffer.from(text, 'base64').toString('hex')
  return sameSecret(hex, expected.toString('hex'))
}

function isStandardSignature(headers: WebhookHeaders, bodies: Buffer[], secret: string, now: Date): boolean {
  const id = headerOf(headers, 'webhook-id') ?? ''
  const timestamp = headerOf(headers, 'webhook-timestamp') ?? ''
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > toleranceS || !/^\d+$/.test(timestamp)) return false
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret
  const given = (headerOf(headers, 'webhook-signature') ?? '').split(' ').flatMap((each) => {
    const [version, signature] = each.split(',')
    return version === 'v1' && signature !== undefined ? [signature] : []
  })
  return bodies.some((body) => {
    const expected = hmac(key, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])).toString('base64')
    return given.some((each) => sameSecret(each, expected))
  })
}

function hasBom(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
