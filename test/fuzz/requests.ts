import { gzipSync } from 'node:zlib'
import type { Address } from './addresses.ts'

export type FuzzRequest = {
  method: string
  path: string
  route: string
  headers: Record<string, string>
  body?: Buffer
}

export type Secrets = { sender: string; admin: string; cookie: string }

/** Values that have broken programs before. */
const nasty: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1e15,
  1e308,
  -0,
  0.1,
  9007199254740991,
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udfff\ud800',
  '👩‍👩‍👧',
  'İ',
  '\u202e',
  '﷽'.repeat(50),
  'х'.repeat(5_000),
  '-0',
  '1e400',
  '1e-400',
  'NaN',
  'Infinity',
  '00000000000000000000001',
  '0x10',
  '1 000,00',
  '99999999999999999999999999.99',
  '-5',
  '4276 1234 5678 9012',
  '+7 903 123-45-67',
  '8903',
  '+999999999999999999',
  '2025-02-30',
  '0001-01-01T00:00:00',
  '99999-12-31',
  '2025-12-31T25:61:61+99:99',
  '01.01.0001 0:00:00',
  '{{ сумма }}',
  '{% for i in (1..100000000) %}x{% endfor %}',
  '<script>alert(1)</script>',
  "'; drop table events; --",
  '../../../../etc/passwd',
  '%00',
  '=1+1',
  'http://169.254.169.254/',
  'https://[::1]/',
  'file:///etc/passwd',
  [],
  {},
  [[]],
  { a: { b: {} } },
  ['', null],
  { __proto__: null },
  'evt_0',
  `evt_${'f'.repeat(32)}`,
  'payout.paid',
  'constructor',
  '__proto__',
]

const contentTypes = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=windows-1251',
  'text/plain',
  'text/xml',
  '',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/json, text/html',
  'x'.repeat(300),
]

/** The nth request is the same on every run of that seed. */
export function createRequests(
  addresses: readonly Address[],
  secrets: Secrets,
  random: () => number,
): () => FuzzRequest {
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }
  const chance = (share: number) => random() < share
  const text = () => {
    const value = pick(nasty)
    return typeof value === 'string' ? value : JSON.stringify(value)
  }

  return () => {
    const address = pick(addresses)
    const method = chance(0.93) ? address.method : pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])
    const path = pathOf(address)
    const hasBody = method !== 'GET' && method !== 'HEAD' && chance(0.97)
    const body = hasBody ? bodyOf(address) : undefined
    return {
      method,
      path,
      route: `${method} ${address.path}`,
      headers: headersOf(address, body !== undefined),
      ...(body && { body }),
    }
  }

  function pathOf({ path, query }: Address): string {
    const filled = path.replace(/\{\w+\}/g, () =>
      encoded(chance(0.5) ? pick(['1c', 'paid', 'telegram', 'evt_1', 'main', '1']) : text()),
    )
    const asked = query
      .filter(() => chance(0.4))
      .map((name) => `${encoded(name)}=${encoded(chance(0.5) ? pick(['1', '2025-11-01', 'x', 'sent']) : text())}`)
    const odd = chance(0.03)
      ? pick(['//', '/../..', '/%', '/%ff%fe', `/${'a'.repeat(3_000)}`, '?a[b]=c&a=d', ';x'])
      : ''
    return `${filled}${odd}${asked.length > 0 ? `?${asked.join('&')}` : ''}`
  }

  function headersOf({ path }: Address, hasBody: boolean): Record<string, string> {
    const isSender = path.startsWith('/webhooks') || path.startsWith('/sms')
    const key = isSender ? secrets.sender : secrets.admin
    const headers: Record<string, string> = {}
    const login = random()
    if (login < 0.75) headers['authorization'] = `Bearer ${key}`
    else if (login < 0.85)
      headers['authorization'] = pick([
        'Bearer',
        'Bearer wrong',
        'Basic !!!',
        `Basic ${Buffer.from('a:b').toString('base64')}`,
        'x'.repeat(4_000),
      ])
    if (chance(0.6)) headers['cookie'] = chance(0.9) ? secrets.cookie : `session=${'%'.repeat(50)}`
    if (hasBody && chance(0.9)) headers['content-type'] = chance(0.75) ? 'application/json' : pick(contentTypes)
    if (chance(0.3)) headers['accept'] = pick(['text/html', 'application/json', '*/*', 'image/webp'])
    if (chance(0.05)) headers['x-signature'] = pick(['sha256=00', 'sha256=', 'x', 'sha256=' + 'f'.repeat(64)])
    if (chance(0.05)) headers['x-forwarded-for'] = pick(['1.2.3.4', 'a, b', '::1', 'x'.repeat(500)])
    if (chance(0.05)) headers['content-encoding'] = pick(['gzip', 'deflate', 'br', 'bomb'])
    if (chance(0.1)) headers['x-test'] = pick(['1', '0', 'yes'])
    return headers
  }

  function bodyOf({ body = {} }: Address): Buffer {
    switch (Math.floor(random() * 14)) {
      case 0:
        return Buffer.from(JSON.stringify(body).slice(0, Math.floor(random() * 400)))
      case 1:
        return Buffer.from(Array.from({ length: 1 + Math.floor(random() * 300) }, () => Math.floor(random() * 256)))
      case 2: {
        const depth = pick([20, 40, 1_000, 20_000])
        return Buffer.from(`${pick(['[', '{"a":']).repeat(depth)}1`)
      }
      case 3:
        return Buffer.from(JSON.stringify(Array.from({ length: pick([0, 1, 3, 30]) }, () => changed(body))))
      case 4:
        return Buffer.from(text())
      case 5:
        return gzipSync(JSON.stringify(chance(0.5) ? changed(body) : 'a'.repeat(3_000_000)))
      case 6:
        return Buffer.from(`\ufeff${JSON.stringify(changed(body))}`, chance(0.5) ? 'utf8' : 'utf16le')
      case 7:
        return Buffer.from(JSON.stringify(changed(body)).replace(/"(\w+)":/, '"$1":1,"$1":'))
      case 8:
        return Buffer.from(
          new URLSearchParams({
            _csrf: 'x',
            q: text().replace(/[\ud800-\udfff]/g, ''),
            username: 'admin',
            password: 'wrong',
          }).toString(),
        )
      default:
        return Buffer.from(JSON.stringify(changed(body)))
    }
  }

  /** The example with one to three of its places changed. */
  function changed(body: unknown): unknown {
    let value = body
    for (let times = 1 + Math.floor(random() * 3); times > 0; times--) value = changedOnce(value, 0)
    return value
  }

  function changedOnce(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null || (depth > 0 && chance(0.15))) return pick(nasty)
    const entries = Object.entries(value)
    if (entries.length === 0 || chance(0.1))
      return { ...value, [chance(0.5) ? text().slice(0, 40) : 'id']: pick(nasty) }
    const [name] = pick(entries)
    if (chance(0.15)) return without(value, name)
    const next = entries.map(([key, each]) => [key, key === name ? changedOnce(each, depth + 1) : each] as const)
    return Array.isArray(value) ? next.map(([, each]) => each) : Object.fromEntries(next)
  }
}

function without(value: object, name: string): unknown {
  if (Array.isArray(value)) return value.slice(1)
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
}

/** As encodeURIComponent, which throws at half a pair. */
function encoded(text: string): string {
  return encodeURIComponent(text.slice(0, 300).replace(/[\ud800-\udfff]/g, '\ufffd'))
}
