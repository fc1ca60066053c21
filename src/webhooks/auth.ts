import type { Queryable } from '../db/database.ts'
import type { KeyKind } from '../keys/key.ts'
import { countRequest, findKey, hasKeys } from '../keys/store/find.ts'
import { hmac, sameSecret } from '../lib/crypto.ts'
import { RequestError } from '../lib/errors.ts'
import type { SourceName } from './sources.ts'

/** What the environment says of a sender; its other keys are kept in the database. */
export type Sender = { key: string | undefined; secret: string | undefined }

export type WebhookHeaders = Record<string, string | string[] | undefined>

/** Who was let in, and what his events may do. `keyId` stays the same when a key is exchanged for a new one. */
export type Caller = { keyId: string; kind: KeyKind; branchCode: string | null }

export type AuthNeeds = {
  db: Queryable
  senders: Record<SourceName, Sender>
}

/**
 * Lets in the bearer of a key of this source, from the environment or from the database.
 * @throws RequestError 404 for a source that has no key at all, 401 for a wrong one, 429 for one that comes too often.
 */
export async function authenticate(needs: AuthNeeds, source: SourceName, headers: WebhookHeaders): Promise<Caller> {
  const { key } = needs.senders[source]
  const given = givenKeys(headers)
  if (key !== undefined && given.some((each) => sameSecret(each, key)))
    return { keyId: 'env', kind: 'live', branchCode: null }
  for (const secret of given) {
    const known = await findKey(needs.db, secret)
    if (known?.source !== source) continue
    const tooOften = await countRequest(needs.db, known)
    if (tooOften) throw new RequestError('rate_limited', undefined, tooOften)
    return { keyId: known.line, kind: known.kind, branchCode: known.branchCode }
  }
  if (key === undefined && !(await hasKeys(needs.db, source))) throw noSuchSource()
  if (given.length === 0) throw new RequestError('unauthorized')
  throw new RequestError(
    'unauthorized',
    'Ключ неверен. Проверьте ключ в настройках отправки: он выдаётся на каждый источник свой.',
  )
}

export function noSuchSource(): RequestError {
  return new RequestError(
    'not_found',
    'Такого источника нет или для него не задан ключ. Известные адреса: /webhooks/1c, /webhooks/vtorium.',
  )
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
