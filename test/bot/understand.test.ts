import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { commandNamed, commands, menuRows } from '../../src/bot/commands/catalog.ts'
import { idOf, payloadIn, payloadOf, shortId } from '../../src/bot/payload.ts'
import { createFlood } from '../../src/bot/talk/flood.ts'
import { present } from '../../src/bot/talk/present.ts'
import { understood, wordsOf } from '../../src/bot/talk/understand.ts'
import { isPreview } from '../../src/bot/taps.ts'
import { channelNames } from '../../src/channels/channel.ts'
import { answerKindOf } from '../../src/journal/bot-answers.ts'
import { newId } from '../../src/lib/ids.ts'

const questions: [string, string][] = [
  ['когда деньги', 'money'],
  ['Когда поступит выплата?', 'money'],
  ['где выплата', 'money'],
  ['Где мои деньги???', 'money'],
  ['ну когда уже денги придут', 'money'],
  ['почему нет денег', 'money'],
  ['жду перевод', 'money'],
  ['деньги', 'money'],
  ['приняли ли лом', 'op'],
  ['Вы приняли мой лом?', 'op'],
  ['приянли лом?', 'op'],
  ['какой засор поставили', 'op'],
  ['почему меньше', 'why'],
  ['Почему сумма отличается?', 'why'],
  ['ПОЧЕМУ ТАК МАЛО!!!', 'why'],
  ['сумма не сходится', 'why'],
  ['вы мне недоплатили', 'why'],
  ['сколько осталось', 'plan'],
  ['когда следующая выплата', 'plan'],
  ['рассрочка', 'plan'],
  ['история', 'history'],
  ['все мои выплаты', 'history'],
  ['позовите оператора', 'ask'],
  ['хочу задать вопрос', 'ask'],
  ['позвоните мне', 'ask'],
  ['настройки', 'set'],
  ['мои данные', 'data'],
  ['удалите мои данные', 'forget'],
  ['меню', 'menu'],
  ['/menu', 'menu'],
]

const silent = [
  '',
  '?',
  'спасибо',
  'ок',
  'доброе утро',
  'привезу завтра два мешка',
  '👍',
  'до скольки вы работаете',
  'лом'.repeat(100),
]

describe('what a client says in his own words', () => {
  for (const [text, command] of questions) {
    it(`«${text}» is «${command}»`, () => assert.equal(understood(text), command))
  }

  it('what is no question of these is left to people', () => {
    for (const text of silent) assert.equal(understood(text), undefined, text)
  })

  it('is understood whatever the case, the «ё», the marks and the spaces around', () => {
    const noise = fc.stringMatching(/^[ .,!?()\n]{0,3}$/)
    fc.assert(
      fc.property(
        fc.constantFrom(...questions),
        noise,
        noise,
        fc.boolean(),
        ([text, command], before, after, isLoud) => {
          fc.pre(!text.startsWith('/'))
          const said = `${before}${isLoud ? text.toUpperCase() : text}${after}`
            .replaceAll(' ', '  ')
            .replaceAll('е', isLoud ? 'е' : 'ё')
          assert.equal(understood(said), command, said)
        },
      ),
    )
  })

  it('every command is counted among what the bot answered', () => {
    for (const { name } of commands) assert.equal(answerKindOf(name), name)
  })

  it('one slip inside a long word is forgiven', () => {
    const letters = 'абвгдежзиклмнопрст'
    fc.assert(
      fc.property(
        fc.constantFrom('деньги', 'выплата', 'зачислят', 'перевод'),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('drop', 'swap', 'wrong', 'twice'),
        fc.constantFrom(...letters),
        (word, at, slip, letter) => {
          const slipped = {
            drop: word.slice(0, at) + word.slice(at + 1),
            swap: word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2),
            wrong: word.slice(0, at) + letter + word.slice(at + 1),
            twice: word.slice(0, at) + (word[at] ?? '') + word.slice(at),
          }[slip]
          // Three in a row are a held key and are read as one: with it gone there would be a second slip.
          fc.pre(!/(.)\1\1/.test(slipped))
          assert.equal(understood(`где ${slipped}`), 'money', slipped)
        },
      ),
    )
  })

  it('no text of any kind does harm, and what is heard is heard the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const words = wordsOf(text)
        assert.deepEqual(wordsOf(words.join(' ')), words)
        const command = understood(text)
        assert.ok(command === undefined || command === 'menu' || commandNamed(command) !== undefined)
      }),
      // What every object has by nature is no word of ours.
      { examples: [['__proto__'], ['constructor'], ['toString']] },
    )
  })
})

describe('the commands', () => {
  it('have names of their own that fit into the shortest button, and labels that fit into every one', () => {
    assert.equal(new Set(commands.map(({ name }) => name)).size, commands.length)
    for (const { name, label } of commands) {
      const payload = payloadOf(name, newId('client'), `5.${shortId(newId('delivery'))}`)
      assert.ok(Buffer.byteLength(payload) <= 64, payload)
      assert.equal(payloadIn(payload)?.command, name)
      assert.ok(label.length > 0 && label.length <= 40, label)
    }
    for (const { name } of menuRows.flat()) assert.ok(commandNamed(name))
    for (const [, command] of questions) assert.ok(command === 'menu' || commandNamed(command), command)
  })

  it('are named in payloads that say exactly what was put in, and nothing else is one', () => {
    const client = newId('client')
    assert.deepEqual(payloadIn(payloadOf('op', client, shortId(client))), {
      command: 'op',
      client,
      argument: shortId(client),
    })
    assert.deepEqual(payloadIn(payloadOf('menu', undefined)), { command: 'menu', client: undefined, argument: '' })
    assert.equal(idOf('client', shortId(client)), client)
    for (const text of [
      '',
      'ok:x',
      'b:',
      'b:op',
      'b:op:short:',
      `b:OP:${shortId(client)}:`,
      `b:op:${shortId(client)}:<b>`,
      'b:op::a b',
    ])
      assert.equal(payloadIn(text), undefined, text)
  })
})

describe('an answer in a messenger', () => {
  const options = Array.from({ length: 8 }, (_, index) => [{ label: `Кнопка ${index + 1}`, payload: `p${index}` }])

  it('has buttons where there is room, in as many rows as the messenger takes, else numbers', () => {
    for (const name of channelNames) {
      const { message, choices } = present(name, { text: 'Что?', options })
      if (name === 'whatsapp') {
        assert.deepEqual(
          choices,
          options.flat().map(({ payload }) => payload),
        )
        assert.match(message.text, /1 — Кнопка 1\n2 — Кнопка 2/)
      } else {
        assert.equal(message.buttons?.flat().length, 8, name)
        assert.ok(name !== 'vk' || (message.buttons?.length ?? 0) <= 6)
      }
    }
    assert.equal(present('whatsapp', { text: 'Что?', options: options.slice(0, 3) }).message.buttons?.length, 3)
  })

  it('asks for a mark by its number alone', () => {
    const marks = [['1', '2', '3', '4', '5'].map((label) => ({ label, payload: label }))]
    assert.match(present('whatsapp', { text: 'Как?', options: marks }).message.text, /Ответьте цифрой от 1 до 5\.$/)
  })
})

describe('a flood', () => {
  it('gets so many answers a minute, one warning, and silence until it has been quiet', () => {
    const flood = createFlood({ answers: 3, windowMs: 60_000 })
    assert.deepEqual(
      [0, 1, 2, 3, 4, 59_000].map((at) => flood.take('a', at)),
      ['go', 'go', 'go', 'warn', 'silent', 'silent'],
    )
    assert.equal(flood.take('b', 5), 'go', 'others are not held up')
    assert.equal(flood.take('a', 60_001), 'go')
  })
})

describe('who opens a link', () => {
  it('is a person only with a browser of people that does not fetch ahead', () => {
    const people = [
      'Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1',
    ]
    const robots = [
      '',
      'TelegramBot (like TwitterBot)',
      'WhatsApp/2.24',
      'Mozilla/5.0 (compatible; YandexBot/3.0)',
      'vkShare',
      'curl/8.5',
    ]
    for (const agent of people) assert.equal(isPreview({ 'user-agent': agent }), false, agent)
    for (const agent of robots) assert.equal(isPreview({ 'user-agent': agent }), true, agent)
    assert.equal(isPreview({ 'user-agent': people[0], purpose: 'prefetch' }), true)
  })
})
