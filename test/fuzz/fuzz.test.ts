import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminKey, senderKey, startService } from '../support/service.ts'
import { complaintsOf, fuzz } from './fuzz.ts'

test('whatever is sent to any address is answered, and never by a fault of ours', { timeout: 120_000 }, async (t) => {
  const { url, logLines } = await startService(t)
  const order = { url, requests: 1_500, seed: 7, sender: senderKey, admin: adminKey, password: 'test-password' }
  const verdict = await fuzz(order)
  assert.deepEqual(complaintsOf(verdict), [])
  assert.ok(verdict.addresses > 50, `${verdict.addresses} addresses`)
  for (const status of [200, 400, 401, 404, 422])
    assert.ok((verdict.statuses[status] ?? 0) > 10, `${status} came often`)
  const bugs = logLines.filter((line) =>
    /"msg":"(bug\.unhandled|event\.plan_failed|job\.failed|request\.failed)"/.test(line),
  )
  assert.deepEqual(bugs, [])
})
