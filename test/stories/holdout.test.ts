import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import { readable, visitorOf } from '../dashboard/visitor.ts'
import { linkedInMax, type MaxPerson, type MaxService, maxScreenOf, startMaxService } from '../support/max.ts'
import { suiteScope } from '../support/scope.ts'
import { accepted, cameTo, decided, payout, zoneWhereItIs } from '../support/story.ts'

const branch = { code: 'NN-01', timezone: zoneWhereItIs(12) }
let posted = 0

describe('a hold-out of advertising', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: MaxService

  before(async () => {
    service = await startMaxService(scope)
    const said = { timezone: branch.timezone, branding: { buttons: ['ok'] } }
    assert.equal((await service.api('PUT', '/branches/NN-01', said)).status, 200)
    const asked = { percent: 0, branches: [{ code: 'NN-01', percent: 50 }] }
    assert.deepEqual((await service.api('PUT', '/holdout', asked)).body, asked)
    assert.deepEqual((await service.api('GET', '/holdout')).body, asked)
  })

  const greeting = (person: MaxPerson, more: Record<string, unknown> = {}) => ({
    id: `greeting-${++posted}`,
    type: 'greeting',
    client: { id: person.id },
    occasion: 'День металлурга',
    consent: { advertising: true },
    branch,
    ...more,
  })

  it('keeps the greeting from some by lot, the same ones when it comes again, and a payout from nobody', async () => {
    const told: MaxPerson[] = []
    const held: MaxPerson[] = []
    // By halves, so that forty who all draw alike are rarer than a broken machine.
    for (let tries = 0; (told.length === 0 || held.length === 0) && tries < 40; tries++) {
      const person = await linkedInMax(service)
      const { state, reason } = await decided(service, await accepted(service, greeting(person)))
      if (state === 'sent') told.push(person)
      else {
        assert.deepEqual([state, reason], ['skipped', undefined])
        held.push(person)
      }
    }
    const [kept] = held
    const [greeted] = told
    assert.ok(kept && greeted, 'the lot fell both ways')
    assert.equal((await decided(service, await accepted(service, greeting(kept)))).state, 'skipped')
    assert.equal((await decided(service, await accepted(service, greeting(greeted)))).state, 'sent')
    await cameTo(service, await accepted(service, payout(kept, 700, { branch })), 'sent')
    assert.deepEqual(
      maxScreenOf(service.max, kept).filter(({ text }) => text.includes('металлурга')),
      [],
    )
    const lots = await service.services.db.many(
      z.object({
        type: z.string(),
        trial: z.string().nullable(),
        state: z.string(),
        tells_tap: z.boolean().nullable(),
      }),
      sql`select distinct type, trial, state, tells_tap from deliveries order by type, trial`,
    )
    assert.deepEqual(lots, [
      { type: 'greeting', trial: 'held', state: 'skipped', tells_tap: null },
      { type: 'greeting', trial: 'told', state: 'sent', tells_tap: false },
      // The branch has a button under messages about money: only they can tell of a tap.
      { type: 'payout.paid', trial: null, state: 'sent', tells_tap: true },
    ])
    const operator = visitorOf(service.url)
    await operator.post('/login', { username: 'admin', password: 'test-password' })
    const page = readable((await operator.get(`/journal?q=${encodeURIComponent(kept.phone)}`)).text)
    assert.match(page, /Клиент попал в контрольную группу/)
  })

  it('elsewhere everybody is told, and belongs to no trial', async () => {
    const person = await linkedInMax(service)
    const elsewhere = greeting(person, { branch: { ...branch, code: 'KZ-02' } })
    const event = await accepted(service, elsewhere)
    await cameTo(service, event, 'sent')
    const { trial } = await service.services.db.one(
      z.object({ trial: z.string().nullable() }),
      sql`select trial from deliveries where event_id = ${event}`,
    )
    assert.equal(trial, null)
    assert.equal((await service.api('PUT', '/holdout', { percent: 51 })).status, 422)
  })
})
