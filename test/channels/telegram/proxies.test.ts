import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createProxies } from '../../../src/channels/telegram/proxies.ts'

const urls = ['http://one:1', 'socks5://two:2', 'http://three:3'].map((each) => new URL(each))
const [one, two, three] = urls
assert.ok(one && two && three)

test('the one that fails is left for the next that works, and asked last of all', () => {
  const proxies = createProxies(urls)
  proxies.fails(one)
  assert.deepEqual(proxies.inTurn(), [two, three, one])
  proxies.fails(two)
  assert.deepEqual([proxies.current(), proxies.working()], [three, 1])
})

test('an earlier one comes back after three looks in a row, and a failure between them begins anew', () => {
  const proxies = createProxies(urls)
  proxies.fails(one)
  for (const look of [proxies.passes, proxies.passes, proxies.fails, proxies.passes, proxies.passes]) look(one)
  assert.equal(proxies.current(), two)
  proxies.passes(one)
  assert.equal(proxies.current(), one)
})

test('when none works the first that passes is used at once', () => {
  const proxies = createProxies(urls)
  for (const each of urls) proxies.fails(each)
  assert.equal(proxies.working(), 0)
  proxies.passes(two)
  assert.deepEqual([proxies.current(), proxies.working()], [two, 1])
})

test('a connection that was begun before the switch does not undo it; where none is known to work it shows the way', () => {
  const proxies = createProxies(urls)
  proxies.fails(one)
  proxies.serves(one)
  assert.equal(proxies.current(), two)
  proxies.fails(two)
  proxies.fails(three)
  proxies.serves(one)
  assert.equal(proxies.current(), one)
})

test('whatever happens, each is tried once a turn, the one in use first, and a switch is told once', () => {
  const act = fc.tuple(fc.constantFrom('fails', 'passes', 'serves'), fc.constantFrom(...urls))
  fc.assert(
    fc.property(fc.array(act), (acts) => {
      const proxies = createProxies(urls)
      let switches = 0
      proxies.onSwitch(() => {
        switches += 1
      })
      for (const [kind, proxy] of acts) {
        const [before, told] = [proxies.current(), switches]
        proxies[kind](proxy)
        assert.equal(switches - told, proxies.current() === before ? 0 : 1, 'told of each switch, once')
        assert.deepEqual(new Set(proxies.inTurn()), new Set(urls))
        assert.equal(proxies.inTurn().length, urls.length)
        assert.equal(proxies.inTurn()[0], proxies.current())
      }
    }),
  )
})
