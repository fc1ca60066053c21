import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import { testDatabase } from '../support/postgres.ts'
import { startService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, payout, sumsOn } from '../support/story.ts'

describe('no payout waits for a promo', { timeout: 120_000 }, () => {
  it('a payout that comes behind thousands of greetings is not planned behind them', async (t) => {
    const databaseUrl = await testDatabase(t)
    const door = await startService(t, { DATABASE_URL: databaseUrl, ROLES: 'api' })
    const person = await linkedSomeone(door)
    for (let thousand = 0; thousand < 4; thousand++) {
      const greetings = Array.from({ length: 1_000 }, (_, index) => ({
        id: `greeting-${thousand}-${index}`,
        type: 'greeting',
        client: { id: `client-${index % 500}` },
        occasion: 'День металлурга',
      }))
      assert.equal((await door.post(greetings)).status, 200)
    }
    const payoutId = await accepted(door, payout(person, 1))
    // Stopped, it has told the queue of everything.
    await door.stop()

    const service = await startService(t, {
      DATABASE_URL: databaseUrl,
      TELEGRAM_BOT_TOKEN: door.telegram.token,
      TELEGRAM_API_ROOT: door.telegram.apiRoot,
    })
    await cameTo(service, payoutId, 'sent', 90_000)

    const { waiting } = await service.services.db.one(
      z.object({ waiting: z.bigint() }),
      sql`select count(*) as waiting from events where planned_at is null`,
    )
    assert.deepEqual(sumsOn(door.telegram, person), [1])
    assert.ok(waiting > 1_000n, `only ${waiting} of 4,000 greetings were still waiting when the payout was told`)
  })
})
