import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createMaxChannel } from '../../../src/channels/max/channel.ts'
import { cutting, portOf, silent } from '../unreachable.ts'

/** A messenger whose certificate is signed by a CA that Node does not know, as platform-api2.max.ru has it. */
async function strangelySigned(t: TestContext): Promise<{ apiRoot: string; ca: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'vestnik-max-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const inFolder = (name: string) => join(folder, name)
  const openssl = (...given: string[]) => execFileSync('openssl', given, { cwd: folder, stdio: 'ignore' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test Root CA')
  openssl(
    ...['req', '-x509', ...newKey, '-keyout', 'own.key', '-out', 'own.pem', '-days', '2', '-subj', '/CN=localhost'],
    ...['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
  )
  const server = https.createServer(
    { key: readFileSync(inFolder('own.key')), cert: readFileSync(inFolder('own.pem')) },
    (_request, response) => response.end(JSON.stringify({ message: { body: { mid: 'mid.1' } }, username: 'bot' })),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { apiRoot: `https://127.0.0.1:${portOf(server.address())}`, ca: readFileSync(inFolder('ca.pem'), 'utf8') }
}

function channelAt(t: TestContext, apiRoot: string, ca?: string) {
  const settings = { token: 'x'.repeat(20), deadlineMs: 5_000, connectTimeoutMs: 1_000, getUpdatesTimeoutS: 1 }
  const channel = createMaxChannel({ ...settings, apiRoot, ...(ca !== undefined && { ca }) })
  t.after(() => channel.close())
  return channel
}

const request = { address: '1001', message: { text: 'Выплата' }, deliveryId: 'dlv_1' }

test('a certificate of an unknown CA is our trouble, which says what to set; nothing was sent', async (t) => {
  const { apiRoot } = await strangelySigned(t)
  const channel = channelAt(t, apiRoot)
  const outcome = await channel.send(request)
  assert.ok(outcome.kind === 'broken' && outcome.scope === 'channel', JSON.stringify(outcome))
  assert.match(outcome.description, /MAX_CA_FILE/)
  const probe = await channel.probe()
  assert.ok(!probe.ok && probe.detail.includes('MAX_CA_FILE'))
})

test('with its CA the messenger is trusted, and nobody else in this process trusts it', async (t) => {
  const { apiRoot, ca } = await strangelySigned(t)
  const channel = channelAt(t, apiRoot, ca)
  assert.deepEqual(await channel.send(request), { kind: 'sent', providerMessageId: 'mid.1' })
  assert.deepEqual(await channel.probe(), { ok: true, detail: '@bot' })
  await assert.rejects(fetch(apiRoot))
  assert.equal((await channelAt(t, apiRoot).send(request)).kind, 'broken')
})

test('a TLS handshake that hangs or is cut surely sent nothing', async (t) => {
  for (const open of [silent, cutting]) {
    const place = await open()
    t.after(() => place.close())
    const outcome = await channelAt(t, `https://127.0.0.1:${place.port}`).send(request)
    assert.ok(outcome.kind === 'deferred' && outcome.reason === 'network', JSON.stringify(outcome))
  }
})
