import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { pino } from 'pino'
import { createApp } from '../../src/http/app.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { portOf } from '../channels/unreachable.ts'
import { cleanup } from '../support/cleanup.ts'
import { until } from '../support/until.ts'

test('what a kept-alive connection still brings while the process leaves is answered, and the connection ends', async (t) => {
  const begun: string[] = []
  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const app = await createApp({
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    routes: [
      async (routes) => {
        routes.get('/:name', async (request) => {
          begun.push(request.url)
          await held
          return { answered: request.url }
        })
      },
    ],
  })
  cleanup(t, () => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect(portOf(app.server.address()), '127.0.0.1').setEncoding('utf8')
  cleanup(t, async () => socket.destroy())
  let said = ''
  socket.on('data', (text: string) => {
    said += text
  })
  const ended = new Promise((resolve) => socket.once('close', resolve))

  socket.write('GET /first HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => begun.length === 1, 5_000, 'the first request is in hand')
  const closed = app.close()
  await until(() => !app.server.listening, 5_000, 'the process takes no new connections')
  socket.write('GET /second HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => begun.length === 2, 5_000, 'the second request is taken as well')
  letGo()

  await closed
  await ended
  assert.deepEqual(said.match(/HTTP\/1\.1 \d+|{.*?}/g), [
    'HTTP/1.1 200',
    '{"answered":"/first"}',
    'HTTP/1.1 200',
    '{"answered":"/second"}',
  ])
  assert.match(said.split('HTTP/1.1 200')[2] ?? '', /connection: close/i)
})
