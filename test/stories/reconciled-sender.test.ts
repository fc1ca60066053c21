import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import { seeded } from '../support/random.ts'
import { type Json, senderKey, startService, type TestService } from '../support/service.ts'
import { linkedSomeone, payout, type Someone, sumsOn } from '../support/story.ts'
import { until } from '../support/until.ts'

type Posted = ReturnType<typeof payout>

/** A sender on a bad line: some of its requests never leave, of some it never hears the answer. */
function carelessSender(service: TestService, random: () => number) {
  const count = { dropped: 0, unheard: 0 }
  const send = async (event: Posted): Promise<void> => {
    const luck = random()
    if (luck < 0.025) {
      count.dropped += 1
    } else if (luck < 0.05) {
      count.unheard += 1
      await postAndLeave(service.url, event)
    } else {
      const { status } = await service.post(event)
      assert.equal(status, 200)
    }
  }
  return { send, count }
}

/** Hangs up as soon as the request is on its way. */
async function postAndLeave(url: string, event: Posted): Promise<void> {
  await new Promise<void>((resolve) => {
    const call = request(`${url}/webhooks/1c`, {
      method: 'POST',
      headers: { authorization: `Bearer ${senderKey}`, 'content-type': 'application/json' },
    })
    call.on('error', () => {})
    call.on('close', resolve)
    call.end(JSON.stringify(event), () => call.destroy())
  })
}

async function missingOf(service: TestService, from: string, events: readonly Posted[]): Promise<Json> {
  const { status, body } = await service.api('POST', '/reconcile', {
    source: '1c',
    from,
    to: new Date(Date.now() + 60_000).toISOString(),
    ids: events.map((each) => ({ id: each.id, type: each.type, amount: each.payment.amount })),
  })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

describe('a sender that loses one request in twenty', { timeout: 240_000 }, () => {
  it('reconciles, sends what is missing, and in the end every client has every payment once', async (t) => {
    const service = await startService(t)
    const from = new Date().toISOString()
    const people: Someone[] = []
    for (let index = 0; index < 50; index++) people.push(await linkedSomeone(service))
    const sums = new Map<Someone, number[]>(people.map((each) => [each, []]))
    const events = Array.from({ length: 400 }, (_, index) => {
      const person = people[index % people.length] ?? assert.fail('there are people')
      sums.get(person)?.push(index + 1)
      return payout(person, index + 1)
    })

    const { send, count } = carelessSender(service, seeded(20_251_124))
    for (const event of events) await send(event)
    assert.ok(count.dropped >= 3 && count.unheard >= 3, JSON.stringify(count))

    // He loses requests while he makes up for it, too.
    let rounds = 0
    for (let left: string[] = ['?']; left.length > 0; rounds++) {
      assert.ok(rounds < 10, 'it comes to an end')
      const { missing, extra, different } = await missingOf(service, from, events)
      assert.deepEqual([extra, different], [[], []])
      for (const event of events.filter((each) => missing.includes(each.id))) await send(event)
      left = missing
    }
    assert.ok(rounds >= 2, 'something was missing at first')

    const arrived = () => people.reduce((all, each) => all + sumsOn(service.telegram, each).length, 0)
    await until(() => arrived() >= events.length, 120_000, 'every message has come')
    for (const event of events) assert.equal((await service.post(event)).body.results[0].status, 'duplicate')
    for (const person of people) {
      const seen = sumsOn(service.telegram, person).sort((a, b) => a - b)
      assert.deepEqual(seen, sums.get(person), 'each payment once')
    }
  })
})
