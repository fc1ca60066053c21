import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import { startService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, payout, sumsOn } from '../support/story.ts'

describe('no payout waits for a promo', { timeout: 120_000 }, () => {
  it('a payout that comes behind thousands of greetings is not planned behind them', async (t) => {
    const service = await startService(t)
    const person = await linkedSomeone(service)
    for (let hundred = 0; hundred < 4; hundred++) {
      const greetings = Array.from({ length: 1_000 }, (_, index) => ({
        id: `greeting-${hundred}-${index}`,
        type: 'greeting',
        client: { id: `client-${index % 500}` },
        occasion: 'День металлурга',
      }))
      assert.equal((await service.post(greetings)).status, 200)
    }

    await cameTo(service, await accepted(service, payout(person, 1)), 'sent', 90_000)

    const { waiting } = await service.services.db.one(
      z.object({ waiting: z.bigint() }),
      sql`select count(*) as waiting from events where planned_at is null`,
    )
    assert.deepEqual(sumsOn(service.telegram, person), [1])
    assert.ok(Number(waiting) > 0, 'every greeting was planned before the payout was told')
  })
})
