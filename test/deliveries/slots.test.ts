import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Lane } from '../../src/deliveries/delivery.ts'
import { type BotLimits, nextRoundAt, roundOf, slotsFor } from '../../src/deliveries/slots.ts'
import { newId } from '../../src/lib/ids.ts'

const now = new Date('2025-11-23T12:00:00Z')
const ids = Array.from({ length: 60 }, () => newId('delivery'))

type Ready = { id: (typeof ids)[number]; lane: Lane; event_seq: bigint }

const readies: fc.Arbitrary<Ready[]> = fc
  .array(fc.tuple(fc.constantFrom<Lane[]>('money', 'ordinary'), fc.nat(1_000)), { maxLength: ids.length })
  .map((rows) =>
    rows.map(([lane, seq], index) => ({
      id: ids[index] ?? newId('delivery'),
      lane,
      event_seq: BigInt(seq * 100 + index),
    })),
  )
const bots: fc.Arbitrary<BotLimits> = fc
  .tuple(fc.integer({ min: -5_000, max: 2_000 }), fc.constantFrom(-1, -1, 700))
  .map(([freeIn, pausedFor]) => ({ freeAt: at(freeIn), pausedUntil: at(pausedFor), brokenCount: 0, failuresInRow: 0 }))
const rates = fc.integer({ min: 1, max: 200 })

const always = (
  holds: (ready: Ready[], bot: BotLimits, perSecond: number, slots: ReturnType<typeof slotsFor>) => void,
) =>
  fc.assert(
    fc.property(readies, bots, rates, (ready, bot, perSecond) =>
      holds(ready, bot, perSecond, slotsFor(ready, bot, { perSecond }, now)),
    ),
    { numRuns: 1_000 },
  )

describe('the bot’s budget', () => {
  it('everybody who is ready gets an answer, and nobody one in the past', () => {
    always((ready, _bot, _rate, slots) => {
      assert.equal(slots.size, ready.length)
      for (const slot of slots.values()) if (slot.kind === 'slot') assert.ok(slot.at >= now)
    })
  })

  const lanes = ['money', 'ordinary'] as const
  for (const lane of lanes) {
    const ahead = lane === 'money' ? 40 : 0
    it(`slots of ${lane} lie the bot’s interval apart, beginning ${ahead} ms before it is free`, () => {
      always((ready, bot, perSecond, slots) => {
        const taken = ready
          .filter((each) => each.lane === lane && slots.get(each.id)?.kind === 'slot')
          .map(({ id }) => momentOf(slots, id))
        taken.sort((a, b) => a - b)
        assert.ok(taken[0] === undefined || taken[0] >= Math.max(bot.freeAt.getTime() - ahead, now.getTime()))
        for (const [index, moment] of taken.entries()) {
          const before = taken[index - 1]
          // A Date holds whole milliseconds.
          if (before !== undefined) assert.ok(moment - before >= Math.floor(1_000 / perSecond), `${moment - before} ms`)
        }
      })
    })
  }

  it('a payout that comes beside promos leaves as soon as without them', () => {
    const promosAhead = { freeAt: at(40), pausedUntil: at(-1), brokenCount: 0, failuresInRow: 0 }
    const payout = { id: newId('delivery'), lane: 'money' as const, event_seq: 1n }
    const slots = slotsFor([payout], promosAhead, { perSecond: 25 }, now)
    assert.deepEqual(slots.get(payout.id), { kind: 'slot', at: now })
  })

  it('of a channel that was down only one leaves at a time, money first', () => {
    always((ready, bot, perSecond) => {
      const limits = { perSecond }
      const slots = slotsFor(ready, { ...bot, brokenCount: 1 }, limits, now)
      const taken = ready.filter(({ id }) => slots.get(id)?.kind === 'slot')
      assert.ok(taken.length <= 1)
      if (ready.some(({ lane }) => lane === 'money')) assert.ok(taken.every(({ lane }) => lane === 'money'))
    })
  })

  it('money goes first, and within a lane the earlier event', () => {
    always((ready, _bot, _rate, slots) => {
      const order = [...ready].sort((a, b) => momentOf(slots, a.id) - momentOf(slots, b.id))
      const taken = order.filter((each) => slots.get(each.id)?.kind === 'slot')
      const left = ready.filter((each) => slots.get(each.id)?.kind === 'full')
      for (const each of taken) {
        for (const other of left) {
          assert.ok(each.lane === 'money' || other.lane === 'ordinary', 'money is left behind a promo')
          if (each.lane === other.lane) assert.ok(each.event_seq < other.event_seq, 'out of order')
        }
      }
    })
  })

  it('a promo never runs ahead of its time, so that a payout which comes a moment later finds room', () => {
    always((ready, _bot, _rate, slots) => {
      for (const each of ready) {
        const slot = slots.get(each.id)
        if (slot?.kind === 'slot') assert.ok(slot.at.getTime() - now.getTime() <= (each.lane === 'money' ? 400 : 40))
      }
    })
  })

  it('of a bot that is free every one of a round finds room, and the next round begins before the budget would idle', () => {
    fc.assert(
      fc.property(fc.constantFrom(...lanes), rates, (lane, perSecond) => {
        const limits = { perSecond, chatIntervalMs: 1_000 }
        const size = roundOf(lane, limits)
        const ready = Array.from({ length: size }, (_, index) => ({
          id: newId('delivery'),
          lane,
          event_seq: BigInt(index),
        }))
        const bot = { freeAt: at(-1), pausedUntil: at(-1), brokenCount: 0, failuresInRow: 0 }
        const slots = [...slotsFor(ready, bot, limits, now).values()]
        assert.ok(size >= 1 && slots.every(({ kind }) => kind === 'slot'))
        const last = new Date(Math.max(...slots.map((slot) => slot.at.getTime())))
        assert.ok(nextRoundAt(lane, limits, last).getTime() < last.getTime() + 1_000 / perSecond)
      }),
    )
  })

  it('a paused bot gives no slot to anybody', () => {
    always((_ready, bot, _rate, slots) => {
      if (bot.pausedUntil <= now) return
      for (const slot of slots.values()) assert.deepEqual(slot, { kind: 'full', at: bot.pausedUntil })
    })
  })

  it('who does not fit is told to come back before the budget would idle', () => {
    always((ready, bot, perSecond, slots) => {
      if (bot.pausedUntil > now) return
      const first = Math.max(bot.freeAt.getTime(), now.getTime())
      const last = first + (ready.length * 1_000) / perSecond
      for (const slot of slots.values()) if (slot.kind === 'full') assert.ok(slot.at.getTime() <= last)
    })
  })
})

function at(inMs: number): Date {
  return new Date(now.getTime() + inMs)
}

function momentOf(slots: ReturnType<typeof slotsFor>, id: Ready['id']): number {
  return slots.get(id)?.at.getTime() ?? 0
}
