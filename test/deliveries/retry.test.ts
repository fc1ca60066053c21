import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Outcome, Repeats } from '../../src/channels/channel.ts'
import {
  type Decision,
  judge,
  repeatDelayMs,
  retryDelay,
  retryDelaysMs,
  type Situation,
} from '../../src/deliveries/retry.ts'

const words = { code: 'c', description: 'd' }
const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant<Outcome>({ kind: 'sent', providerMessageId: '1' }),
  fc
    .constantFrom<('blocked' | 'not_found' | 'rejected_by_channel')[]>('blocked', 'not_found', 'rejected_by_channel')
    .map((reason): Outcome => ({ kind: 'refused', reason, ...words })),
  fc
    .tuple(fc.constantFrom<('network' | 'channel_down')[]>('network', 'channel_down'), fc.option(fc.nat(7_200_000)))
    .map(
      ([reason, retryAfterMs]): Outcome => ({
        kind: 'deferred',
        reason,
        ...words,
        ...(retryAfterMs === null ? {} : { retryAfterMs }),
      }),
    ),
  fc
    .tuple(fc.constantFrom<('bot' | 'chat')[]>('bot', 'chat'), fc.nat(600_000))
    .map(([scope, retryAfterMs]): Outcome => ({ kind: 'limited', scope, retryAfterMs, ...words })),
  fc
    .constantFrom<('channel' | 'message')[]>('channel', 'message')
    .map((scope): Outcome => ({ kind: 'broken', scope, ...words })),
  fc.constant<Outcome>({ kind: 'unknown', ...words }),
  fc.constant<Outcome>({ kind: 'moved', address: '2', ...words }),
)

const situations: fc.Arbitrary<Situation> = fc.record({
  outcome: outcomes,
  failures: fc.nat(50),
  repeat: fc.boolean(),
  repeats: fc.constantFrom<Repeats[]>('marked', 'same', 'none'),
  brokenCount: fc.nat(50),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
})

const always = (holds: (situation: Situation, decision: Decision) => void) =>
  fc.assert(
    fc.property(situations, (situation) => holds(situation, judge(situation))),
    { numRuns: 2_000 },
  )

describe('what becomes of a message after one call', () => {
  it('a message that was taken is never tried again', () => {
    always(({ outcome }, { state, nextInMs }) => {
      assert.equal(state === 'sent', outcome.kind === 'sent')
      if (outcome.kind === 'sent') assert.equal(nextInMs, null)
    })
  })

  it('a message that failed is not tried again, and one that waits always has its moment', () => {
    always((_, { state, nextInMs }) => {
      if (state === 'failed') assert.equal(nextInMs, null)
      if (state === 'waiting' || state === 'queued') assert.notEqual(nextInMs, null)
    })
  })

  it('after a lost answer nothing ends as failed: the message may have arrived', () => {
    always(({ repeat }, { state }) => {
      if (repeat) assert.ok(state === 'sent' || state === 'unknown', state)
    })
  })

  it('a second lost answer is the last: there is one repeat, within twenty seconds', () => {
    always(({ outcome, repeat, repeats }, { state, nextInMs }) => {
      if (outcome.kind !== 'unknown') return
      assert.equal(state, 'unknown')
      // Where a receipt will tell, there is no repeat at all.
      assert.equal(nextInMs, repeat || repeats === 'none' ? null : repeatDelayMs)
    })
    assert.ok(repeatDelayMs <= 15_000)
  })

  it('a message is tried again only when it was surely not sent, or once after a lost answer', () => {
    always(({ outcome, repeat }, { nextInMs }) => {
      const surelyNotSent = ['deferred', 'limited', 'moved'].includes(outcome.kind) || isBrokenChannel(outcome)
      if (nextInMs !== null) assert.ok(surelyNotSent || (outcome.kind === 'unknown' && !repeat))
    })
  })

  it('the retries follow the schedule of the contract, at most a fifth later, and grow', () => {
    assert.deepEqual([...retryDelaysMs], [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000])
    fc.assert(
      fc.property(fc.nat(50), fc.double({ min: 0, max: 1, noNaN: true }), (failures, jitter) => {
        const scheduled = retryDelaysMs[Math.min(failures, retryDelaysMs.length - 1)] ?? 0
        const delay = retryDelay(failures, jitter)
        assert.ok(delay >= scheduled && delay <= scheduled * 1.2, `${failures}: ${delay}`)
        assert.ok(retryDelay(failures + 1, jitter) >= delay)
      }),
    )
  })

  it('a deferred call waits at least as long as the messenger asks', () => {
    always(({ outcome }, { nextInMs }) => {
      if (outcome.kind === 'deferred') assert.ok((nextInMs ?? -1) >= (outcome.retryAfterMs ?? 0))
    })
  })

  it('only a deferred call uses up an attempt of the schedule: a limit never does', () => {
    always(({ outcome }, { countsAsFailure }) => assert.equal(countsAsFailure, outcome.kind === 'deferred'))
  })

  it('only a limit of the bot and a broken channel stop the whole bot, for as long as the message itself waits', () => {
    always(({ outcome }, { pauseMs, nextInMs, isBroken }) => {
      const stops = (outcome.kind === 'limited' && outcome.scope === 'bot') || isBrokenChannel(outcome)
      assert.equal(pauseMs, stops ? nextInMs : null)
      assert.equal(isBroken, isBrokenChannel(outcome))
    })
  })

  it('a contact is marked when the messenger says something about it, and never otherwise', () => {
    always(({ outcome }, { contact }) => {
      const expected =
        outcome.kind === 'moved'
          ? { kind: 'moved', address: outcome.address }
          : outcome.kind === 'refused' && outcome.reason !== 'rejected_by_channel'
            ? { kind: outcome.reason }
            : null
      assert.deepEqual(contact, expected)
    })
  })
})

function isBrokenChannel(outcome: Outcome): boolean {
  return outcome.kind === 'broken' && outcome.scope === 'channel'
}
