import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** AES-256-GCM. Layout: 12 bytes nonce, 16 bytes tag, ciphertext. `context` is authenticated: a value moved to another place does not open. */
export function seal(key: Buffer, plain: Buffer | string, context: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

/** Throws when the key is another one, or the bytes were changed or moved. */
export function open(key: Buffer, sealed: Buffer, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(12, 28))
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()])
}

export function hmac(key: Buffer | string, text: Buffer | string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** Compares secrets in constant time, whatever their lengths. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

export type MasterKey = { id: string; key: Buffer }

/** The master keys of ENCRYPTION_KEYS: the first wraps, all unwrap. A wrapped key is the id, a colon, and the sealed bytes. */
export type Keyring = {
  wrap(key: Buffer, context: string): Buffer
  unwrap(wrapped: Buffer, context: string): Buffer
  currentId: string
}

export function createKeyring(keys: readonly [MasterKey, ...MasterKey[]]): Keyring {
  const [first] = keys
  const byId = new Map(keys.map((each) => [each.id, each.key]))
  return {
    currentId: first.id,
    wrap: (key, context) => Buffer.concat([Buffer.from(`${first.id}:`), seal(first.key, key, context)]),
    unwrap: (wrapped, context) => {
      const colon = wrapped.indexOf(58)
      const id = wrapped.subarray(0, colon).toString()
      const key = byId.get(id)
      if (!key) throw new Error(`no key "${id}" in ENCRYPTION_KEYS`)
      return open(key, wrapped.subarray(colon + 1), context)
    },
  }
}
