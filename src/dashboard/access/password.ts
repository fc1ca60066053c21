import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

type Cost = { ln: number; r: number; p: number }

/** One of the settings OWASP recommends for scrypt: 32 MiB, a third of a second. Kept in the hash, so that it may grow. */
const cost: Cost = { ln: 15, r: 8, p: 3 }
const hashBytes = 32

/** «$scrypt$ln=15,r=8,p=3$salt$hash» */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, cost)
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${salt.toString('base64')}$${hash.toString('base64')}`
}

/** @param stored what hashPassword made; without it the same work is done in vain: nobody can time which users exist. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const known = stored === undefined ? undefined : parse(stored)
  const { salt, hash, ...asked } = known ?? { salt: Buffer.alloc(16), hash: Buffer.alloc(hashBytes), ...cost }
  const derived = await derive(password, salt, asked)
  return known !== undefined && timingSafeEqual(derived, hash)
}

function parse(stored: string): Cost & { salt: Buffer; hash: Buffer } {
  const match = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(stored)
  const [, ln, r, p, salt, hash] = match ?? []
  if (!salt || !hash) throw new Error('a password hash in users is not one of ours')
  return {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}

function derive(password: string, salt: Buffer, { ln, r, p }: Cost): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 2 * 128 * r * 2 ** ln }
  return new Promise((resolve, reject) => {
    // The same letter may be typed in two ways: й as one sign or as two.
    scrypt(password.normalize('NFC'), salt, hashBytes, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
