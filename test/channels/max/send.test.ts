import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Api } from '../../../src/channels/max/call.ts'
import { createSend } from '../../../src/channels/max/send.ts'

const message = { text: 'Выплата', picture: { url: 'https://lom.example/logo.png' } }
const refusals: [status: number, code: string, passes: boolean][] = [
  [403, 'access.denied', true],
  [404, 'something.new', true],
  [403, 'error.dialog.suspended', false],
  [404, 'user.not.found', false],
]

for (const [status, code, passes] of refusals) {
  test(`a picture refused with ${status} ${code}: its text ${passes ? 'is' : 'is not'} tried alone`, async () => {
    const hasPicture: boolean[] = []
    const api: Api = {
      call: async ({ body }) => {
        hasPicture.push(JSON.stringify(body).includes('logo.png'))
        return hasPicture.at(-1)
          ? { kind: 'refusal', status, code, description: '' }
          : { kind: 'result', result: { message: { body: { mid: 'mid.1' } } } }
      },
      close: () => {},
    }
    const outcome = await createSend(api)({ address: '1', message, deliveryId: 'd' }, AbortSignal.timeout(1_000))
    assert.equal(outcome.kind, passes ? 'sent' : 'refused')
    assert.deepEqual(hasPicture, passes ? [true, false] : [true])
  })
}
