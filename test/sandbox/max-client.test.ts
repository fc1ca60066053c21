import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { test } from 'node:test'
import { Bot, Keyboard, MaxError } from '@maxhub/max-bot-api'
import { startMaxEmulator } from '../../src/sandbox/max/emulator.ts'
import { portOf } from '../channels/unreachable.ts'

/** MAX's own client as its users use it: what it takes for the Bot API, the emulator is. */
test("MAX's own client polls, talks and stops against the emulator", { timeout: 60_000 }, async (t) => {
  const emulator = await startMaxEmulator()
  t.after(() => emulator.close())
  const ivan = emulator.person(1001, { firstName: 'Иван', lastName: 'Иванов', phone: '79031234567' })
  const bot = new Bot(emulator.token, { clientOptions: { baseUrl: emulator.apiRoot } })
  const left: string[] = []
  bot.on('bot_started', (context) =>
    context.reply(`<b>Здравствуйте, ${context.user?.first_name}!</b> ${context.startPayload}`, {
      format: 'html',
      attachments: [Keyboard.inlineKeyboard([[Keyboard.button.requestContact('Номер')]])],
    }),
  )
  bot.hears('меню', (context) =>
    context.reply('Меню', {
      attachments: [
        Keyboard.inlineKeyboard([
          [Keyboard.button.callback('Понятно', 'ok'), Keyboard.button.link('Сайт', 'https://example.com')],
        ]),
      ],
    }),
  )
  bot.action('ok', async (context) => {
    await context.answerOnCallback({ message: { text: 'Принято', attachments: [] } })
  })
  bot.on('bot_stopped', (context) => void left.push(String(context.user?.user_id)))
  bot.on('message_created', (context) => {
    const contact = context.contactInfo
    return contact ? context.reply(`Ваш номер: ${contact.tel}, ${contact.fullName}`) : undefined
  })
  bot.catch((error) => {
    throw error
  })

  const me = await bot.api.getMyInfo()
  assert.equal(me.username, emulator.botUsername)
  void bot.start()
  t.after(() => bot.stopPolling())

  const patience = 20_000
  ivan.start('код')
  await emulator.waitFor(({ text }) => text === 'Здравствуйте, Иван! код', patience)
  ivan.press('Номер')
  await emulator.waitFor(({ text }) => text === 'Ваш номер: 79031234567, Иван Иванов', patience)
  ivan.say('меню')
  const menu = await emulator.waitFor(({ text }) => text === 'Меню', patience)
  assert.deepEqual(
    menu.buttons.flat().map(({ type, text }) => [type, text]),
    [
      ['callback', 'Понятно'],
      ['link', 'Сайт'],
    ],
  )
  ivan.press('Понятно')
  await until(() => ivan.messages.some(({ text }) => text === 'Принято'))
  const sent = await bot.api.sendMessageToUser(1001, 'Лично')
  assert.match(sent.body.mid, /^mid\./)
  await bot.api.editMessage(sent.body.mid, { text: 'Исправлено' })
  assert.equal(ivan.messages.at(-1)?.text, 'Исправлено')
  ivan.block()
  await until(() => left.length === 1)

  const refusalOf = (call: Promise<unknown>) =>
    call.then(
      () => assert.fail('it was taken'),
      (error: unknown) => (error instanceof MaxError ? `${error.status} ${error.code}` : String(error)),
    )
  assert.equal(await refusalOf(bot.api.sendMessageToUser(1001, 'x')), '403 chat.denied')
  assert.equal(await refusalOf(bot.api.sendMessageToUser(1002, 'x')), '404 chat.not.found')
  ivan.unblock()
  emulator.faults.limit(5)
  assert.equal(await refusalOf(bot.api.sendMessageToUser(1001, 'x')), '429 too.many.requests')
  const stranger = new Bot('wrong-wrong-wrong', { clientOptions: { baseUrl: emulator.apiRoot } })
  assert.equal(await refusalOf(stranger.api.getMyInfo()), '401 verify.token')
})

test("MAX's own client is called by the emulator as it expects it", { timeout: 60_000 }, async (t) => {
  const emulator = await startMaxEmulator()
  t.after(() => emulator.close())
  const bot = new Bot(emulator.token, { clientOptions: { baseUrl: emulator.apiRoot } })
  const heard: unknown[] = []
  bot.on('bot_started', (context) => void heard.push(context.startPayload))
  const options = { domain: 'https://vestnik.example.ru', path: '/channels/max', secret: 'sesam-oeffne-dich' }
  const server = http.createServer(await bot.createWebhook(options))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  emulator.lead('https://vestnik.example.ru', `http://127.0.0.1:${portOf(server.address())}`)
  emulator.person(1001).start('код')
  await until(() => heard.length === 1)
  assert.deepEqual(heard, ['код'])
})

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 20_000
  while (!isSo()) {
    assert.ok(Date.now() < end, 'expected within 20 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
