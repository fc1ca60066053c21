import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Markup, Telegraf } from 'telegraf'
import { startTelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'

/** telegraf as its users use it: what it takes for the Bot API, the emulator is. */
test("telegraf's own bot launches, talks and stops against the emulator", { timeout: 20_000 }, async (t) => {
  const emulator = await startTelegramEmulator()
  t.after(() => emulator.close())
  const ivan = emulator.person(1001, { firstName: 'Иван', phone: '79031234567' })
  const bot = new Telegraf(emulator.token, { telegram: { apiRoot: emulator.apiRoot } })
  bot.start((context) =>
    context.replyWithHTML(`<b>Здравствуйте, ${context.from.first_name}!</b> ${context.payload}`, {
      ...Markup.keyboard([Markup.button.contactRequest('Номер')]).resize(),
    }),
  )
  bot.on('contact', (context) =>
    context.reply(`Ваш номер: ${context.message.contact.phone_number}`, Markup.removeKeyboard()),
  )
  bot.command('menu', (context) =>
    context.reply(
      'Меню',
      Markup.inlineKeyboard([
        Markup.button.callback('Понятно', 'ok'),
        Markup.button.url('Сайт', 'https://example.com'),
      ]),
    ),
  )
  bot.action('ok', async (context) => {
    await context.answerCbQuery('Принято')
    await context.editMessageReplyMarkup(undefined)
  })
  bot.on('my_chat_member', (context) => void members.push(context.myChatMember.new_chat_member.status))
  bot.hears('фото', (context) => context.replyWithPhoto('AgACAgIAAxk', { caption: 'Лом & Ко' }))
  bot.hears('файл', (context) =>
    context.replyWithPhoto({ source: Buffer.from('not really a picture') }, { caption: 'Из памяти' }),
  )
  const members: string[] = []

  const me = await bot.telegram.getMe()
  assert.equal(me.username, emulator.botUsername)
  const launched = bot.launch({ allowedUpdates: ['message', 'callback_query', 'my_chat_member'] })

  ivan.start('код')
  await emulator.waitFor(({ text }) => text === 'Здравствуйте, Иван! код')
  ivan.press('Номер')
  await emulator.waitFor(({ text }) => text === 'Ваш номер: 79031234567')
  ivan.say('/menu')
  const menu = await emulator.waitFor(({ text }) => text === 'Меню')
  assert.deepEqual(
    menu.buttons.flat().map(({ text }) => text),
    ['Понятно', 'Сайт'],
  )
  ivan.press('Понятно')
  await until(() => ivan.notice === 'Принято')
  await until(() => ivan.messages.every(({ buttons }) => buttons.length === 0))
  ivan.say('фото')
  assert.equal((await emulator.waitFor(({ text }) => text === 'Лом & Ко')).photo, 'AgACAgIAAxk')
  ivan.say('файл')
  assert.ok((await emulator.waitFor(({ text }) => text === 'Из памяти')).photo)
  ivan.block()
  await until(() => members.length === 1)
  assert.deepEqual(members, ['kicked'])

  await assert.rejects(bot.telegram.sendMessage(1001, 'x'), /403: Forbidden: bot was blocked by the user/)
  ivan.unblock()
  emulator.faults.limit(5)
  await assert.rejects(bot.telegram.sendMessage(1001, 'x'), /429: Too Many Requests: retry after 5/)
  bot.stop()
  await launched
})

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 5_000
  while (!isSo()) {
    assert.ok(Date.now() < end, 'expected within 5 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
