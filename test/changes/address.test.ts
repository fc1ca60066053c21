import assert from 'node:assert/strict'
import type { lookup as resolve } from 'node:dns'
import { createServer } from 'node:http'
import { type AddressInfo, BlockList, isIPv4, isIPv6 } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { guardedLookup, isForbiddenHost, isPublicAddress, problemWithUrl } from '../../src/changes/outgoing/address.ts'
import { post } from '../../src/changes/outgoing/post.ts'

/** What IANA keeps for special purposes, written down here once more, by hand. */
const special4 = new BlockList()
const special6 = new BlockList()
for (const range of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]) {
  const [net = '', bits] = range.split('/')
  special4.addSubnet(net, Number(bits), 'ipv4')
}
for (const range of ['::/8', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8', '2001:db8::/32', '2002::/16']) {
  const [net = '', bits] = range.split('/')
  special6.addSubnet(net, Number(bits), 'ipv6')
}

const dotted = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.')
const anyIpv4 = fc.nat({ max: 0xffffffff }).map((n) => n >>> 0)
/** Addresses at random are hardly ever special ones. */
const specialIpv4 = fc
  .tuple(
    fc.constantFrom('10.', '127.', '169.254.', '192.168.', '172.16.', '172.31.', '100.64.', '100.127.', '0.', '224.'),
    anyIpv4,
  )
  .map(([start, n]) => {
    const parts = [...start.split('.').slice(0, -1), ...dotted(n).split('.')].slice(0, 4)
    return parts.reduce((all, part) => all * 256 + Number(part), 0)
  })
const anyIpv6 = fc
  .array(fc.nat({ max: 0xffff }), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.map((each) => each.toString(16)).join(':'))

/** Every way in which inet_aton and browsers let the same four bytes be written. */
const spellings = (n: number): string[] => [
  dotted(n),
  String(n),
  `0x${n.toString(16)}`,
  `0${n.toString(8)}`,
  `${n >>> 24}.${n & 0xffffff}`,
  `0x${(n >>> 24).toString(16)}.${(n >>> 16) & 255}.${n & 0xffff}`,
  `[::ffff:${dotted(n)}]`,
  `[::ffff:${(n >>> 16).toString(16)}:${(n & 0xffff).toString(16)}]`,
  `[0:0:0:0:0:ffff:${dotted(n)}]`,
  `[::${dotted(n)}]`,
  `[64:ff9b::${dotted(n)}]`,
  `[2002:${(n >>> 16).toString(16)}:${(n & 0xffff).toString(16)}::1]`,
  `${dotted(n)}.`,
]

describe('the guard of outgoing webhooks', () => {
  it('takes no address that is kept for special purposes', () => {
    fc.assert(
      fc.property(fc.oneof(anyIpv4, specialIpv4), (n) => {
        if (special4.check(dotted(n), 'ipv4')) assert.ok(!isPublicAddress(dotted(n)), dotted(n))
      }),
      { numRuns: 2000 },
    )
    fc.assert(
      fc.property(anyIpv6, (address) => {
        if (special6.check(address, 'ipv6')) assert.ok(!isPublicAddress(address), address)
      }),
      { numRuns: 2000 },
    )
  })

  it('takes the addresses of the open internet', () => {
    for (const address of [
      '77.88.8.8',
      '8.8.8.8',
      '100.63.255.255',
      '100.128.0.1',
      '172.32.0.1',
      '2a02:6b8::feed:ff',
    ]) {
      assert.ok(isPublicAddress(address), address)
    }
  })

  it('is not deceived by the spelling of a forbidden one', () => {
    fc.assert(
      fc.property(specialIpv4, (n) => {
        for (const host of spellings(n)) {
          const text = `https://${host}/`
          if (!URL.canParse(text)) continue
          assert.ok(isForbiddenHost(new URL(text)), text)
          assert.notEqual(problemWithUrl(text, 'public'), undefined, text)
        }
      }),
    )
  })

  it('knows the secrets of the clouds, the machine itself, and whatever is no address', () => {
    const forbidden = ['169.254.169.254', '100.100.100.200', '168.63.129.16', 'fd00:ec2::254', '::1', '::', 'fe80::1']
    for (const address of [...forbidden, 'localhost', '', '1', '0x7f.1', '77.88.8.8 ', 'fe80::1%eth0']) {
      assert.ok(!isPublicAddress(address), address)
    }
  })

  const wrong = [
    'crm',
    '',
    'ftp://crm.example.ru',
    'http://crm.example.ru/hook',
    'https://user:pass@crm.example.ru',
    'javascript:alert(1)',
    'https://',
    'https://127.0.0.1/',
    'https://[::1]/',
  ]
  for (const url of wrong) {
    it(`says in Russian what is wrong with "${url}"`, () =>
      assert.match(problemWithUrl(url, 'public') ?? '', /[а-яё]{3}/i))
  }

  it('lets the owner call his own network when he has said so', () => {
    assert.equal(problemWithUrl('http://10.0.0.5:8080/hook', 'any'), undefined)
    assert.notEqual(problemWithUrl('file:///etc/passwd', 'any'), undefined)
  })

  it('connects to nothing when a name turns out to be one of our own network, be it one of several', async () => {
    let connections = 0
    const server = createServer()
    server.on('connection', (socket) => {
      connections += 1
      socket.destroy()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = server.address()
    const port = typeof address === 'object' ? (address satisfies AddressInfo | null)?.port : 0
    for (const answers of [['127.0.0.1'], ['77.88.8.8', '127.0.0.1'], ['::ffff:127.0.0.1'], []]) {
      const result = await post(
        { targets: 'public', lookup: guardedLookup(answering(answers)), deadlineMs: 5_000 },
        { url: `http://crm.example:${port}/`, headers: {}, body: '{}' },
        new AbortController().signal,
      )
      assert.deepEqual(result, { kind: 'refused', code: 'address_forbidden' }, answers.join())
    }
    const literal = await post(
      { targets: 'public', lookup: guardedLookup(), deadlineMs: 5_000 },
      { url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}' },
      new AbortController().signal,
    )
    assert.deepEqual(literal, { kind: 'refused', code: 'address_forbidden' })
    server.close()
    assert.equal(connections, 0)
  })

  it('connects to the very address that was judged: nobody asks a second time', async () => {
    const server = createServer((_request, response) => void response.writeHead(204).end())
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = server.address()
    let asked = 0
    const lookup = answering(() => {
      asked += 1
      return ['127.0.0.1']
    })
    const result = await post(
      {
        targets: 'public',
        lookup: (host, options, callback) => lookup(host, { ...options, all: true }, callback),
        deadlineMs: 5_000,
      },
      { url: `http://crm.example:${typeof address === 'object' ? address?.port : ''}/`, headers: {}, body: '{}' },
      new AbortController().signal,
    )
    server.close()
    assert.deepEqual([result, asked], [{ kind: 'taken' }, 1])
  })
})

/** Guarantee: called as guardedLookup calls it, for all addresses. */
function answering(answers: readonly string[] | (() => readonly string[])): typeof resolve {
  const look = (_host: string, _options: object, callback: (error: null, addresses: object[]) => void) =>
    callback(
      null,
      (typeof answers === 'function' ? answers() : answers).map((address) => ({
        address,
        family: isIPv6(address) && !isIPv4(address) ? 6 : 4,
      })),
    )
  return look as unknown as typeof resolve
}
