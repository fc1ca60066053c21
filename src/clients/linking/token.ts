import { createHash, randomBytes, randomInt } from 'node:crypto'

/** 192 bits in the letters that every messenger's link takes (Telegram: A-Z a-z 0-9 _ -, up to 64). */
export function newToken(): string {
  return randomBytes(24).toString('base64url')
}

/** What a link of ours bears; a `ref` of an advertisement looks different. */
export function isToken(text: string): boolean {
  return /^[\w-]{32}$/.test(text)
}

/** Random enough that nothing need be added: what is kept does not give the link back. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

export function newCode(): string {
  return String(randomInt(0, 1_000_000)).padStart(6, '0')
}
