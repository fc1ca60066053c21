import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { createTelegramChannel } from '../../src/channels/telegram/channel.ts'
import { builtOf } from '../support/process.ts'

const receivedSchema = z.object({
  items: z.array(z.object({ chatId: z.string(), text: z.string() })),
  next: z.number(),
})

/** The emulator as a process of its own, in the hands of another over HTTP. */
async function startProcess(t: TestContext): Promise<{ apiRoot: string; token: string }> {
  const child = spawn(process.execPath, [builtOf('src/sandbox/telegram/main.ts'), '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  const [line] = await once(child.stdout, 'data')
  return JSON.parse(String(line))
}

test('another process can be the people, make faults, and read what they received', { timeout: 60_000 }, async (t) => {
  const { apiRoot, token } = await startProcess(t)
  const post = async (path: string, body: object = {}) => {
    const response = await fetch(`${apiRoot}/emulator${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return response.status
  }
  const get = async <T>(path: string, schema: z.ZodType<T>) => schema.parse(await (await fetch(apiRoot + path)).json())
  const channel = createTelegramChannel({
    token,
    apiRoot,
    deadlineMs: 5_000,
    connectTimeoutMs: 3_000,
    getUpdatesTimeoutS: 1,
  })
  t.after(() => channel.close())
  const send = (text: string) =>
    channel.send({
      address: '1001',
      message: { text, buttons: [[{ kind: 'callback', text: 'Понятно', payload: 'ok' }]] },
      deliveryId: 'dlv_1',
    })

  assert.equal(await post('/persons/1001', { firstName: 'Иван', lastName: 'Иванов <b>', phone: '79031234567' }), 200)
  assert.equal(await post('/persons/1001/start', { payload: 'abc' }), 200)
  assert.equal((await send('Выплата 14\u00a0500\u00a0₽ & <бонус>')).kind, 'sent')
  assert.equal(await post('/faults', { kind: 'limit', retryAfterS: 2, times: 1 }), 200)
  assert.equal((await send('мимо')).kind, 'limited')
  assert.equal(await post('/faults', { kind: 'nonsense' }), 400)
  for (const act of ['say', 'press', 'share-contact', 'forward-contact', 'block', 'unblock']) {
    const body = { text: 'Спасибо', button: 'Понятно', phone: '+79990001122', otherUserId: 5 }
    assert.equal(await post(`/persons/1001/${act}`, body), 200, act)
  }
  assert.equal(await post('/persons/1001/dance'), 404)
  assert.equal(await post('/latency', { ms: 1 }), 200)

  const all = await get('/emulator/received', receivedSchema)
  assert.deepEqual(all, { items: [{ chatId: '1001', text: 'Выплата 14\u00a0500\u00a0₽ & <бонус>' }], next: 1 })
  assert.deepEqual((await get('/emulator/received?since=1', receivedSchema)).items, [])
  assert.equal((await get('/emulator/calls', z.record(z.string(), z.number())))['sendmessage'], 2)
  const { result } = await get(
    `/bot${token}/getUpdates`,
    z.object({ result: z.array(z.record(z.string(), z.unknown())) }),
  )
  const kinds = result.map((update) => Object.keys(update)[1])
  const member = 'my_chat_member'
  assert.deepEqual(kinds, ['message', 'message', 'callback_query', 'message', 'message', member, member])

  const page = await (await fetch(`${apiRoot}/`)).text()
  assert.match(page, /<html lang="ru">/)
  assert.ok(page.includes('Выплата 14\u00a0500\u00a0₽ &amp; &lt;бонус&gt;'))
  assert.ok(page.includes('Иван Иванов &lt;b&gt;') && !page.includes('Иванов <b>'))
  assert.ok(page.includes('Понятно</button>'))
})

test("a button on the page is pressed with the page's own form", { timeout: 60_000 }, async (t) => {
  const { apiRoot } = await startProcess(t)
  const post = (path: string, form: Record<string, string>) =>
    fetch(`${apiRoot}${path}`, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })
  const introduced = await post('/page/clients', { name: 'Анна' })
  assert.deepEqual([introduced.status, introduced.headers.get('location')], [303, '/?chat=1001'])
  const said = await post('/page/act', { chat: '1001', act: 'say', text: 'Добрый день' })
  assert.deepEqual([said.status, said.headers.get('location')], [303, '/?chat=1001'])
  assert.ok((await (await fetch(apiRoot)).text()).includes('Добрый день'))
  const gone = await post('/page/press', { chat: '1001', button: '0 0 1 Понятно' })
  assert.equal(gone.status, 422)
  assert.ok((await gone.text()).includes('Этой кнопки в чате больше нет.'))
})
