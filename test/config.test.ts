import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ConfigError, readConfig } from '../src/config.ts'
import { isMaxCalling } from '../src/messengers/max.ts'

const key = Buffer.alloc(32, 1).toString('base64')
const vkToken = 'vk1.a.hunter2hunter2hunter2'
const production = { DATABASE_URL: 'postgres://v:secret-of-db@db/v', ENCRYPTION_KEYS: `k1:${key}` }

const max = { MAX_TOKEN: 'f9LHodD0cOLexampleexample' }

describe('the environment', () => {
  it('an empty one is good: everything embedded', () => {
    const config = readConfig({})
    assert.equal(config.PORT, 3000)
    assert.equal(config.HOST, '127.0.0.1')
    assert.deepEqual(config.ROLES, ['api', 'worker', 'bot'])
    assert.equal(config.SEND_MODE, 'live')
    assert.equal(config.TIMEZONE, 'Europe/Moscow')
    assert.equal(config.TELEGRAM_RATE_PER_SECOND, 25)
    assert.deepEqual(config.CHANNEL_ORDER, ['max', 'vk', 'telegram', 'whatsapp'])
  })

  it('an empty value is an unset one, as docker compose passes it on', () => {
    assert.deepEqual(readConfig({ PORT: '', REDIS_URL: ' ', TELEGRAM_BOT_TOKEN: '' }), readConfig({}))
  })

  it('several keys: the first encrypts', () => {
    const config = readConfig({ ...production, ENCRYPTION_KEYS: `2026a:${key}, 2025a:${key}` })
    assert.deepEqual(
      config.ENCRYPTION_KEYS?.map((each) => each.id),
      ['2026a', '2025a'],
    )
  })

  it('the lists take spaces', () => {
    assert.deepEqual(readConfig({ ROLES: 'worker, bot' }).ROLES, ['worker', 'bot'])
  })

  it('MAX is polled where nobody can call us, or where it is told so; without a token nothing is asked for', () => {
    assert.equal(isMaxCalling(readConfig(max)), false)
    assert.equal(
      isMaxCalling(readConfig({ ...max, PUBLIC_URL: 'http://localhost:3000', MAX_UPDATES: 'polling' })),
      false,
    )
    assert.equal(isMaxCalling(readConfig({ PUBLIC_URL: 'https://v.example.ru' })), false)
    const called = { ...max, PUBLIC_URL: 'https://v.example.ru', MAX_WEBHOOK_SECRET: 'long-enough' }
    assert.equal(isMaxCalling(readConfig(called)), true)
  })

  const wrong: [name: string, value: string, more?: Record<string, string>][] = [
    ['PORT', 'abc'],
    ['PORT', '70000'],
    ['PORT', '3000.5'],
    ['PUBLIC_URL', 'vestnik.example.ru'],
    ['PUBLIC_URL', 'ftp://vestnik.example.ru'],
    ['DATABASE_URL', 'mysql://localhost/vestnik', { ENCRYPTION_KEYS: `k1:${key}` }],
    ['REDIS_URL', 'localhost:6379'],
    ['ROLES', 'api,cook'],
    ['LOG_LEVEL', 'loud'],
    ['ENCRYPTION_KEYS', 'k1:c2hvcnQ='],
    ['ENCRYPTION_KEYS', key],
    ['ENCRYPTION_KEYS', `k1:${key},`],
    ['ADMIN_API_KEY', 'short'],
    ['DASHBOARD_PASSWORD', 'short'],
    ['WEBHOOK_1C_KEY', 'short'],
    ['TIMEZONE', 'Moscow'],
    ['COMPANY_SITE', 'example.ru'],
    ['CHANNEL_ORDER', 'max,icq'],
    ['FOREIGN_MESSENGERS', 'no'],
    ['SEND_MODE', 'production'],
    ['OUTGOING_WEBHOOKS', 'private'],
    ['TELEGRAM_BOT_TOKEN', 'my-token'],
    ['TELEGRAM_API_ROOT', 'api.telegram.org'],
    ['TELEGRAM_UPDATES', 'push'],
    ['TELEGRAM_WEBHOOK_SECRET', 'раз-два-три'],
    ['TELEGRAM_RATE_PER_SECOND', '0'],
    ['TELEGRAM_RATE_PER_SECOND', 'fast'],
    ['VK_TOKEN', 'short'],
    ['VK_GROUP_ID', 'club123'],
    ['VK_GROUP_ID', '-123'],
    ['VK_CONFIRMATION', 'remove'],
    ['VK_SECRET', 'short'],
    ['VK_SECRET', 'тайное слово'],
    ['VK_API_ROOT', 'api.vk.ru'],
    ['VK_UPDATES', 'callback'],
    ['VK_RATE_PER_SECOND', '0'],
    ['MAX_TOKEN', 'short'],
    ['MAX_TOKEN', 'Bearer f9LHodD0cOLexampleexample'],
    ['MAX_API_ROOT', 'platform-api2.max.ru'],
    ['MAX_UPDATES', 'sometimes'],
    ['MAX_WEBHOOK_SECRET', 'раз-два-три'],
    ['MAX_RATE_PER_SECOND', '0'],
    ['WHATSAPP_TOKEN', 'EAA short'],
    ['WHATSAPP_PHONE_NUMBER_ID', '+79031234567'],
    ['WHATSAPP_TEMPLATES', '{'],
    ['WHATSAPP_TEMPLATES', '{"payout.unheard":{"name":"x"}}'],
    ['WHATSAPP_TEMPLATES', '{"payout.paid":{"name":"Выплата"}}'],
    ['WHATSAPP_TEMPLATES', '{"payout.paid":{"name":"paid","parameters":["сума"]}}'],
  ]
  for (const [name, value, more] of wrong) {
    it(`${name}=${value} stops the start with one line: the variable, what was expected, an example`, () => {
      const line = complaintOf({ ...more, [name]: value })
      assert.ok(line.startsWith(`${name}: `), line)
      assert.ok(!line.includes('\n'), line)
      assert.match(line.slice(name.length), /[a-zа-яё]{3}/i)
      assert.match(line, new RegExp(`Example: ${name}=\\S`), line)
    })
  }

  const whatsappToken = 'EAAexampleexampleexample'
  const missing: [name: string, given: Record<string, string>][] = [
    ['ENCRYPTION_KEYS', { DATABASE_URL: production.DATABASE_URL }],
    ['TELEGRAM_WEBHOOK_SECRET', { TELEGRAM_UPDATES: 'webhook', PUBLIC_URL: 'https://v.example.ru' }],
    ['WHATSAPP_PHONE_NUMBER_ID', { WHATSAPP_TOKEN: whatsappToken }],
    ['WHATSAPP_APP_SECRET', { WHATSAPP_TOKEN: whatsappToken, WHATSAPP_PHONE_NUMBER_ID: '106540352242922' }],
    [
      'WHATSAPP_VERIFY_TOKEN',
      {
        WHATSAPP_TOKEN: whatsappToken,
        WHATSAPP_PHONE_NUMBER_ID: '106540352242922',
        WHATSAPP_APP_SECRET: 'app-secret',
      },
    ],
    ['PUBLIC_URL', { TELEGRAM_UPDATES: 'webhook', TELEGRAM_WEBHOOK_SECRET: 'long-enough' }],
    ['VK_GROUP_ID', { VK_TOKEN: vkToken }],
    ['VK_CONFIRMATION', { VK_TOKEN: vkToken, VK_GROUP_ID: '5', VK_SECRET: 'long_enough' }],
    ['VK_SECRET', { VK_TOKEN: vkToken, VK_GROUP_ID: '5', VK_CONFIRMATION: '1a2b3c4d' }],
    ['MAX_WEBHOOK_SECRET', { ...max, PUBLIC_URL: 'https://v.example.ru' }],
    ['PUBLIC_URL', { ...max, PUBLIC_URL: 'https://v.example.ru:8443', MAX_WEBHOOK_SECRET: 'long-enough' }],
    ['PUBLIC_URL', { ...max, PUBLIC_URL: 'http://v.example.ru', MAX_WEBHOOK_SECRET: 'long-enough' }],
  ]
  for (const [name, given] of missing) {
    it(`${name} is asked for where it is needed`, () => {
      const line = complaintOf(given)
      assert.ok(line.startsWith(`${name}: `), line)
      assert.match(line, new RegExp(`Example: ${name}=\\S`))
    })
  }

  it('VK by long poll needs neither a secret nor a confirmation', () => {
    const config = readConfig({ VK_TOKEN: vkToken, VK_GROUP_ID: '5', VK_UPDATES: 'polling' })
    assert.deepEqual([config.VK_GROUP_ID, config.VK_RATE_PER_SECOND], ['5', 15])
  })

  it('the line never repeats a secret', () => {
    const secrets = {
      DATABASE_URL: 'mysql://v:hunter2hunter2@db/v',
      ENCRYPTION_KEYS: 'k1:hunter2hunter2',
      TELEGRAM_BOT_TOKEN: 'hunter2hunter2',
      VK_TOKEN: 'hunter2 hunter2 hunter2',
      VK_SECRET: 'hunter2-hunter2',
    }
    for (const [name, value] of Object.entries(secrets)) {
      assert.ok(!complaintOf({ [name]: value }).includes('hunter2'), name)
    }
  })
})

function complaintOf(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.message
  }
  assert.fail(`${JSON.stringify(env)} was taken`)
}
