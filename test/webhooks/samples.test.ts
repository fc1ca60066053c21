import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { readBody } from '../../src/webhooks/body/read-body.ts'
import { eventsIn } from '../../src/webhooks/mapping/batch.ts'
import { type Mapped, mapEvent } from '../../src/webhooks/mapping/map-event.ts'
import { onecProfile } from '../../src/webhooks/onec/profile.ts'
import { amountOf, context } from './harness.ts'

const outcome = z.object({ event: z.string().nullable(), amount: z.string().nullable(), phone: z.string().nullable() })
const sampleSchema = z.object({
  id: z.string(),
  note: z.string(),
  headers: z.record(z.string(), z.string()),
  body_base64: z.string(),
  expect: outcome.extend({
    valid: z.boolean(),
    error: z.object({ code: z.string(), hint: z.string() }).nullable(),
    items: z.array(outcome).optional(),
  }),
})

const lines = readFileSync(new URL('../samples/one-c.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')

for (const line of lines) {
  const sample = sampleSchema.parse(JSON.parse(line))
  test(`sample ${sample.id}: ${sample.note}`, () => {
    const body = readBody(Buffer.from(sample.body_base64, 'base64'), {
      contentType: sample.headers['Content-Type'],
      contentEncoding: sample.headers['Content-Encoding'],
    })
    const { expect } = sample
    if (!body.ok) {
      assert.equal(body.code, expect.error?.code)
      assert.match(body.message, /[а-яё]/i)
      return
    }

    const seen = eventsIn(onecProfile, body.value).items.map((item) => mapEvent(onecProfile, item, context))
    for (const [index, mapped] of seen.entries()) {
      const { event, amount, phone } = expect.items?.[index] ?? expect
      assert.deepEqual(summaryOf(mapped), { event, amount, phone }, JSON.stringify(mapped))
      assert.equal(mapped.ok, expect.valid)
      if (!mapped.ok) assert.equal(mapped.errors[0]?.code, expect.error?.code)
    }
  })
}

function summaryOf(mapped: Mapped) {
  if (mapped.ok) {
    return { event: mapped.event.type, amount: amountOf(mapped.event), phone: mapped.event.client.phone ?? null }
  }
  const { type, amount, phone } = mapped.partial
  return { event: type ?? null, amount: amount ?? null, phone: phone ?? null }
}
