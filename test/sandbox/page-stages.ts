import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { startMaxEmulator } from '../../src/sandbox/max/emulator.ts'
import { startTelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { startVkEmulator } from '../../src/sandbox/vk/emulator.ts'
import { startWhatsAppEmulator } from '../../src/sandbox/whatsapp/emulator.ts'
import type { Cleanup } from '../support/cleanup.ts'

/** One emulator with a client who has started the bot, and the bot's side of it over the emulator's own HTTP. */
export type Stage = {
  pageUrl: string
  client: string
  /** A message of the bot with a button «Понятно»; answers the HTTP status and the body. */
  send(text: string): Promise<{ status: number; said: string }>
  /** Everything the bot was told, as JSON. */
  updates(): Promise<string>
  /** What a press of «Понятно» looks like among them. */
  pressed: RegExp
  /** How the bot's call fails under the faults «Лимит запросов», «Клиент заблокировал бота», «Истёк ключ доступа». */
  limited: RegExp
  blocked: RegExp
  expired: RegExp
  /** Titles that the page must not offer. */
  impossible: readonly string[]
}

const text =
  'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!'
export const seedText = text

async function asked(url: string, init: RequestInit): Promise<{ status: number; said: string }> {
  const answer = await fetch(url, { method: 'POST', ...init })
  return { status: answer.status, said: `${answer.status} ${await answer.text()}` }
}

function json(headers: Record<string, string>, body: object): RequestInit {
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

const readable = (words: string) =>
  words.replace(/\\u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

async function telegram(t: Cleanup): Promise<Stage> {
  const emulator = await startTelegramEmulator()
  t.after(() => emulator.close())
  emulator.person(1001, { firstName: 'Иван', lastName: 'Петров <b>', phone: '79031234567' }).start()
  const call = (method: string, body: object) =>
    asked(`${emulator.apiRoot}/bot${emulator.token}/${method}`, json({}, body))
  const reply_markup = { inline_keyboard: [[{ text: 'Понятно', callback_data: 'ok' }]] }
  await call('sendMessage', {
    chat_id: 1001,
    text: 'Поделитесь номером <кнопкой>',
    reply_markup: { keyboard: [[{ text: 'Отправить мой номер', request_contact: true }]] },
  })
  return {
    pageUrl: emulator.pageUrl,
    client: 'Иван Петров <b>',
    send: (words) => call('sendMessage', { chat_id: 1001, text: words, reply_markup }),
    updates: async () => (await call('getUpdates', { timeout: 0 })).said,
    pressed: /"callback_query":.*"data":"ok"/,
    limited: /429.*"retry_after":7/,
    blocked: /403.*blocked by the user/,
    expired: /401.*Unauthorized/,
    impossible: ['Нет такого шаблона', 'Повтор вызова', 'Вызовы не по порядку', 'Лимит на одного клиента'],
  }
}

async function vk(t: Cleanup): Promise<Stage> {
  const emulator = await startVkEmulator()
  t.after(() => emulator.close())
  emulator.person(1001, { firstName: 'Иван', lastName: 'Петров <b>' }).start()
  const headers = { authorization: `Bearer ${emulator.token}` }
  const call = (method: string, params: Record<string, string>) =>
    asked(`${emulator.apiRoot}/${method}`, { headers, body: new URLSearchParams({ v: '5.199', ...params }) })
  const { response } = JSON.parse(
    (await call('groups.getLongPollServer', { group_id: emulator.groupId })).said.slice(4),
  )
  const action = { type: 'callback', label: 'Понятно', payload: '{"do":"ok"}' }
  const keyboard = JSON.stringify({ inline: true, buttons: [[{ action }]] })
  return {
    pageUrl: emulator.pageUrl,
    client: 'Иван Петров <b>',
    send: (message) => call('messages.send', { peer_id: '1001', random_id: '0', message, keyboard }),
    updates: async () =>
      (await asked(`${response.server}?act=a_check&key=${response.key}&ts=${response.ts}&wait=0`, {})).said,
    pressed: /"message_event".*"payload":\{"do":"ok"\}/,
    limited: /^429/,
    blocked: /"error_code":901/,
    expired: /"error_code":1117/,
    impossible: ['Нет такого шаблона', 'Повтор вызова', 'Вызовы не по порядку', 'Лимит на одного клиента'],
  }
}

async function max(t: Cleanup): Promise<Stage> {
  const emulator = await startMaxEmulator()
  t.after(() => emulator.close())
  emulator.person(1001, { firstName: 'Иван', lastName: 'Петров <b>', phone: '79031234567' }).start()
  const headers = { authorization: emulator.token }
  const button = { type: 'callback', text: 'Понятно', payload: 'ok' }
  const attachments = [{ type: 'inline_keyboard', payload: { buttons: [[button]] } }]
  const post = (body: object) => asked(`${emulator.apiRoot}/messages?user_id=1001`, json(headers, body))
  await post({
    text: 'Поделитесь номером',
    attachments: [
      { type: 'inline_keyboard', payload: { buttons: [[{ type: 'request_contact', text: 'Отправить мой номер' }]] } },
    ],
  })
  return {
    pageUrl: emulator.pageUrl,
    client: 'Иван Петров <b>',
    send: (words) => post({ text: words, attachments }),
    updates: async () => (await asked(`${emulator.apiRoot}/updates?timeout=0`, { method: 'GET', headers })).said,
    pressed: /"update_type":"message_callback".*"payload":"ok"/,
    limited: /^429/,
    blocked: /^403.*chat\.denied/,
    expired: /^401/,
    impossible: ['Нет такого шаблона', 'Повтор вызова', 'Вызовы не по порядку', 'Лимит на одного клиента'],
  }
}

/** WhatsApp has no polling: its updates are what came to a door of ours. */
async function whatsapp(t: Cleanup): Promise<Stage & { sendTemplate: () => ReturnType<Stage['send']> }> {
  const emulator = await startWhatsAppEmulator()
  t.after(() => emulator.close())
  const heard: string[] = []
  const server = http.createServer(async (request, response) => {
    heard.push(readable(Buffer.concat(await request.toArray()).toString()))
    response.end(new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('hub.challenge') ?? '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.close()
    server.closeAllConnections()
  })
  await emulator.webhooks.connect(`http://127.0.0.1:${addressOf(server).port}/door`)
  emulator.person('79031234567', { name: 'Иван Петров <b>' }).start()
  emulator.approve({ name: 'paid', body: 'Выплата {{1}}' })
  const interactive = (words: string) => ({
    type: 'button',
    body: { text: words },
    action: { buttons: [{ type: 'reply', reply: { id: 'ok', title: 'Понятно' } }] },
  })
  const post = (content: object) =>
    asked(
      `${emulator.apiRoot}/${emulator.phoneNumberId}/messages`,
      json(
        { authorization: `Bearer ${emulator.token}` },
        { messaging_product: 'whatsapp', to: '79031234567', ...content },
      ),
    )
  const template = {
    type: 'template',
    template: {
      name: 'paid',
      language: { code: 'ru' },
      components: [{ type: 'body', parameters: [{ type: 'text', text: '14 500 ₽' }] }],
    },
  }
  await post(template)
  return {
    sendTemplate: () => post(template),
    pageUrl: emulator.pageUrl,
    client: 'Иван Петров <b>',
    send: (words) => post({ type: 'interactive', interactive: interactive(words) }),
    updates: async () => heard.join('\n'),
    pressed: /"button_reply":\{"id":"ok","title":"Понятно"\}/,
    limited: /^429.*130429/,
    blocked: /^200/,
    expired: /^401.*"code":190/,
    impossible: ['Слишком много однотипных сообщений'],
  }
}

function addressOf(server: http.Server): AddressInfo {
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return address
}

export const stages = { telegram, vk, max, whatsapp }
