import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { statusBsp } from '../../src/changes/status-bsp.ts'
import { testPhones } from '../../src/channels/sandbox/test-phones.ts'
import { advice } from '../../src/docs/advice.ts'
import { eventTypes } from '../../src/events/event.ts'
import { errorCodes, errorTable } from '../../src/lib/errors.ts'
import { type Documented, documentedAt } from '../support/document.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import { linksHimself, patienceMs, screenOf, someone, waitForMessage } from '../support/story.ts'
import { until } from '../support/until.ts'
import { blocksIn, type Curl, curlIn, fits } from './markdown.ts'

const root = new URL('../../', import.meta.url)
const guide = readFileSync(new URL('docs/ru/1c.md', root), 'utf8')
const blocks = blocksIn(guide)
const files = new Map(blocks.flatMap(({ file, text }) => (file === undefined ? [] : [[file, text]])))
const person = { ...someone(), phone: '+79031234567' }

describe('the guide for 1C', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let documented: Documented
  let last: Json
  let isClient = false

  before(async () => {
    service = await startService(scope, { WEBHOOK_1C_KEY: 'my-first-key', ADMIN_API_KEY: 'my-admin-key' })
    const known = await documentedAt(service.url)
    assert.ok(known)
    documented = known
  })

  /** The reader does it in his messenger before his first real message. */
  const becomesClient = async () => {
    if (isClient) return
    isClient = true
    await linksHimself(service, person)
  }

  for (const { command, shown } of commandsIn()) {
    it(command.trim().replace(/ -H .*(?=--data)/, ' … '), async () => {
      const curl = curlIn(withValues(command, last))
      assert.ok(isCall(documented, curl), 'the guide names a call that this version has not')
      if (curl.method === 'POST' && curl.headers['X-Test'] === undefined) await becomesClient()
      let seen = ''
      const look = async () => {
        const answer = await send(service.url, curl)
        seen = `${answer.status} ${JSON.stringify(answer.body)}`
        last = { ...last, ...valuesIn(answer.body) }
        return shown === undefined ? answer.status < 300 : fits(shown, answer.body)
      }
      // What became of a message takes a moment; what is posted is answered at once.
      const isAsShown =
        curl.method === 'GET'
          ? await until(look, patienceMs, 'the answer is as shown').catch(() => false)
          : await look()
      assert.ok(isAsShown, `answered ${seen}`)
    })
  }

  it('the messages it shows are those that the client got', async () => {
    const quotes = [...guide.matchAll(/^> (.+)$/gm)].map(([, text = '']) => text)
    assert.equal(quotes.length, 2)
    for (const quote of quotes) {
      await waitForMessage(service.telegram, person, new RegExp(quote.split(' …')[0]?.replace(/ /g, '[ \u00a0]') ?? ''))
    }
    // Two payouts: the other events were tests, duplicates, refused or held.
    assert.equal(screenOf(service.telegram, person).filter(({ text }) => text.includes('₽')).length, 2)
  })

  for (const code of errorCodes) {
    it(`tells what to do about ${code}`, () => {
      const { status, text } = errorTable[code]
      assert.ok(guide.includes(`| \`${code}\` | ${status} | ${text} ${advice[code]} |`), code)
    })
  }

  it('tells of every test phone what it comes to, in our words and in those of БСП', () => {
    for (const { phone, about, ends } of testPhones) {
      const words = [ends.state, ends.reason, ends.engagement, ends.repeat ? 'repeat' : undefined]
      const end = words.flatMap((each) => (each === undefined ? [] : [`\`${each}\``])).join(', ')
      assert.ok(guide.includes(`| \`${phone}\` | ${about} | ${end} | ${statusBsp[ends.state]} |`), phone)
    }
  })

  it('names every type of event', () => {
    for (const type of eventTypes) assert.ok(guide.includes(`| \`${type}\` |`), type)
  })

  it('gives code of 1C that stands in the checked examples', () => {
    const folder = new URL('integrations/1c/examples/', root)
    const examples = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'))
    const pasted = blocks.filter(({ language }) => language === 'bsl')
    assert.ok(pasted.length >= 5)
    for (const { text } of pasted)
      assert.ok(
        examples.some((each) => each.includes(text)),
        text,
      )
  })

  it('shows the right signature to try one’s own with', () => {
    const signature = createHmac('sha256', 'my-first-secret').update('Проверка подписи').digest('hex')
    assert.ok(guide.includes(signature), signature)
  })

  it('uses every file it tells to save', () => {
    const used = new Set(commandsIn().flatMap(({ command }) => curlIn(withValues(command, {})).file ?? []))
    assert.deepEqual([...files.keys()].sort(), [...used].sort())
  })
})

/** Each command with the answer that stands behind it. */
function commandsIn(): { command: string; shown: Json }[] {
  return blocks.flatMap(({ language, text }, index) => {
    if (language !== 'sh' || !text.startsWith('curl ')) return []
    const next = blocks[index + 1]
    const shown = next?.language === 'json' && next.file === undefined ? JSON.parse(next.text) : undefined
    return [{ command: text, shown }]
  })
}

/** What the reader puts in from the answer before. */
function withValues(command: string, values: Json): string {
  return command.replace('ИД_СОБЫТИЯ', values?.eventId ?? 'none').replace('КУРСОР', values?.cursor ?? 'none')
}

function valuesIn(body: Json) {
  const eventId = body?.results?.[0]?.id
  return { ...(eventId ? { eventId } : {}), ...(body?.nextCursor ? { cursor: body.nextCursor } : {}) }
}

function isCall({ document }: Documented, { method, url }: Curl): boolean {
  if (!url.pathname.startsWith('/api/')) return true
  return Object.entries(document.paths).some(
    ([template, item]) =>
      Object.hasOwn(item, method.toLowerCase()) &&
      new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(url.pathname),
  )
}

async function send(serviceUrl: string, { method, url, headers, file }: Curl) {
  const body = file === undefined ? undefined : files.get(file)
  const answer = await fetch(`${serviceUrl}${url.pathname}${url.search}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}
