import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rotateKeys } from '../../src/cli/rotate-keys.ts'
import { keysByMaster } from '../../src/clients/rewrap/store.ts'
import { createKeyring } from '../../src/lib/crypto.ts'
import { testDatabase } from '../support/postgres.ts'
import { runProcess } from '../support/process.ts'
import { encryptionKey, startService, testEnvironment } from '../support/service.ts'
import { accepted, decided, linkedSomeone, payout, sumsOn } from '../support/story.ts'

const fresh = { id: 't2', key: Buffer.alloc(32, 9) }
const freshText = `t2:${fresh.key.toString('base64')}`

describe('rotate-keys', { timeout: 120_000 }, () => {
  it('while the service runs every key passes to the new master key, and the old one is needed no more', async (t) => {
    const databaseUrl = await testDatabase(t)
    const old = await startService(t, { DATABASE_URL: databaseUrl })
    const people = await Promise.all(Array.from({ length: 5 }, () => linkedSomeone(old)))
    const [first, second] = people
    assert.ok(first && second)
    assert.equal((await old.api('POST', `/clients/${second.id}/erase`)).status, 200)

    // A process that has only the old key would not open what is wrapped anew.
    const keyring = createKeyring([fresh, { id: 't1', key: Buffer.alloc(32, 7) }])
    const lines: string[] = []
    const say = (line: string) => void lines.push(line)
    assert.equal(await rotateKeys({ db: old.services.db, keyring, say }), false)
    assert.match(lines.join('\n'), /Nothing was changed/)
    await old.stop()

    const both = { DATABASE_URL: databaseUrl, ENCRYPTION_KEYS: `${freshText},${encryptionKey}` }
    const service = await startService(t, both)
    const living = people.filter((each) => each !== second)
    for (const { chat } of living) service.telegram.person(chat).start()
    const posts = living.map((person) => accepted(service, payout(person, 100)))
    assert.equal(await rotateKeys({ db: service.services.db, keyring, say }, { batch: 2 }), true, lines.join('\n'))
    for (const event of await Promise.all(posts)) assert.equal((await decided(service, event)).state, 'sent')
    for (const person of living) assert.deepEqual(sumsOn(service.telegram, person), [100])
    assert.deepEqual([...(await keysByMaster(service.services.db)).keys()], ['t2'])

    // Again, as an operator calls it: nothing is left to do.
    const { code, output } = await runProcess(['src/cli/main.ts', 'rotate-keys'], testEnvironment(databaseUrl, both))
    assert.equal(code, 0, output)
    assert.match(output, /0 of \d+ keys are to be wrapped[\s\S]*may be removed/)
    await service.stop()

    const later = await startService(t, { DATABASE_URL: databaseUrl, ENCRYPTION_KEYS: freshText })
    later.telegram.person(first.chat).start()
    assert.equal((await later.api('GET', `/clients/${first.id}`)).body.phone, first.phone)
    assert.equal((await decided(later, await accepted(later, payout(first, 300)))).state, 'sent')
  })
})
