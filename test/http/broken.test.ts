import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { startService } from '../support/service.ts'

test('a request whose address 1C did not encode is told so in Russian, in the shape of every error', async (t) => {
  const { url } = await startService(t, { ROLES: 'api' })
  for (const request of ['GET /api/v1/journal?branch=Самара HTTP/1.1\r\nHost: a\r\n\r\n', 'no HTTP at all\r\n\r\n']) {
    const answer = await sendRaw(Number(new URL(url).port), request)
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    assert.match(head, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/json; charset=utf-8\r\n/)
    const { code, message, errors } = JSON.parse(body)
    assert.deepEqual([code, errors], ['http_invalid', []])
    assert.match(message, /закодировать/)
  }
})

async function sendRaw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('utf8').write(request)
  let answer = ''
  for await (const part of socket) answer += String(part)
  return answer
}
