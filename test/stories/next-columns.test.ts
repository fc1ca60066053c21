import assert from 'node:assert/strict'
import { it } from 'node:test'
import { addColumnEverywhere } from '../support/next-version.ts'
import { testDatabase } from '../support/postgres.ts'
import { startService, type TestService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, linksHimself, payout, someone } from '../support/story.ts'

it('the version that runs goes on when the next one adds columns to every table under it', {
  timeout: 120_000,
}, async (t) => {
  const databaseUrl = await testDatabase(t)
  const service = await startService(t, { DATABASE_URL: databaseUrl, CHANNEL_ORDER: 'telegram' })
  // Side by side, so that more than one connection has prepared its statements.
  await Promise.all([dayOf(service), dayOf(service), dayOf(service)])
  const linesBefore = service.logLines.length

  const tables = await addColumnEverywhere(databaseUrl)

  assert.ok(tables > 30)
  await Promise.all([dayOf(service), dayOf(service), dayOf(service)])
  const complaints = service.logLines.slice(linesBefore).filter((line) => JSON.parse(line).level >= 40)
  assert.deepEqual(complaints, [])
})

/** What clients, 1C and operators do in a day. */
async function dayOf(service: TestService): Promise<void> {
  const { telegram } = service
  const [known, himself] = [await linkedSomeone(service), someone()]
  await accepted(service, { ...payout(himself, 1), client: { phone: himself.phone } })
  await linksHimself({ telegram }, himself)
  for (const client of [{ id: known.id }, { phone: known.phone }, { phone: himself.phone }]) {
    const id = await accepted(service, { ...payout(known, 2), client })
    await cameTo(service, id, 'sent')
    assert.equal((await service.api('GET', `/events/${id}`)).status, 200)
  }
  for (const path of [
    `/clients/${known.id}`,
    `/journal?phone=${encodeURIComponent(known.phone)}`,
    '/changes?limit=10',
    '/channels',
    '/templates/payout.paid',
  ]) {
    assert.equal((await service.api('GET', path)).status, 200, path)
  }
  assert.equal((await service.api('POST', `/clients/${known.id}/link`)).status, 200)
  assert.equal((await service.api('POST', '/preview', payout(known, 3))).status, 200)
  assert.equal((await service.api('POST', `/clients/${known.id}/erase`)).status, 200)
}
