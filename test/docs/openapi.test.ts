import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { FastifyInstance } from 'fastify'
import { scopes } from '../../src/api/route.ts'
import { type Method, mediaOf, methods, type Operation } from '../../src/docs/openapi.ts'
import { eventTypes } from '../../src/events/event.ts'
import { errorCodes, errorTable } from '../../src/lib/errors.ts'
import { type Documented, documentedAt } from '../support/document.ts'
import { suiteScope } from '../support/scope.ts'
import { adminKey, senderKey, startService, type TestService } from '../support/service.ts'

describe('the document', { timeout: 120_000 }, () => {
  const scope = suiteScope()
  const registered: string[] = []
  let service: TestService
  let documented: Documented
  let operations: [path: string, method: Method, operation: Operation][]

  before(async () => {
    const watch = (message: unknown) => noteRoutes(message, registered)
    subscribe('fastify.initialization', watch)
    service = await startService(scope, { ROLES: 'api', WEBHOOK_VTORIUM_KEY: senderKey })
    unsubscribe('fastify.initialization', watch)
    const known = await documentedAt(service.url)
    assert.ok(known, '/openapi.json is served')
    documented = known
    operations = Object.entries(documented.document.paths).flatMap(([path, item]) =>
      methods.flatMap((method): [string, Method, Operation][] => {
        const operation = item[method]
        return operation ? [[path, method, operation]] : []
      }),
    )
  })

  it('is valid OpenAPI 3.1, of the version that the package has', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(documented.document))
    assert.ok(valid, JSON.stringify(errors))
    assert.equal(documented.document.openapi.slice(0, 3), '3.1')
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    assert.equal(documented.document.info.version, version)
  })

  it('refers to nothing that is not there, and has no name twice', () => {
    const text = JSON.stringify(documented.document)
    for (const [, kind = '', name = ''] of text.matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)) {
      assert.match(kind, /^(schemas|headers)$/)
      assert.ok(JSON.stringify(documented.document.components).includes(`"${name}":`), `${kind}/${name}`)
    }
    const ids = operations.map(([, , { operationId }]) => operationId)
    assert.equal(new Set(ids).size, ids.length, ids.join(' '))
    const { securitySchemes } = documented.document.components
    for (const [path, method, { security }] of operations) {
      assert.ok(security.length > 0, `${method} ${path} needs a key`)
      for (const name of security.flatMap((each) => Object.keys(each))) assert.ok(Object.hasOwn(securitySchemes, name))
    }
  })

  it('names every call that the service has under /webhooks and /api/v1, and no other', () => {
    const inDocument = operations.map(([path, method]) => `${method.toUpperCase()} ${path}`)
    assert.ok(registered.length >= 5, registered.join())
    assert.deepEqual(inDocument.sort(), [...new Set(registered)].sort())
  })

  it('names every error code with its Russian text, and its status where it may come', () => {
    const { ErrorCode } = documented.document.components.schemas
    assert.deepEqual(ErrorCode?.enum, errorCodes)
    for (const code of errorCodes) assert.ok(ErrorCode?.description?.includes(errorTable[code].text), code)
    for (const [path, method, { responses }] of operations) {
      for (const [status, { description, content }] of Object.entries(responses)) {
        const names = Object.keys(mediaOf(content).examples ?? {})
        if (status.startsWith('2')) continue
        for (const code of errorCodes.filter((each) => names.includes(each))) {
          assert.equal(String(errorTable[code].status), status, `${code} of ${method} ${path}`)
          assert.ok(description.includes(errorTable[code].text), code)
        }
      }
      for (const status of ['401', '429', '500', '503']) assert.ok(responses[status], `${status} of ${method} ${path}`)
      for (const status of ['429', '503']) assert.ok(responses[status]?.headers['Retry-After'], `${method} ${path}`)
    }
  })

  it('says in Russian what each call does, and which right it needs', () => {
    for (const [path, method, { summary, description, security, tags }] of operations) {
      assert.match(summary, /[а-яё]{3}/i, `${method} ${path}`)
      assert.equal(tags.length, 1)
      const [right] = security.flatMap((each) => each['ApiKey'] ?? [])
      if (path.startsWith('/api/')) assert.ok(right !== undefined && Object.hasOwn(scopes, right), `${method} ${path}`)
      if (right !== undefined) assert.ok(description?.includes(right), `${method} ${path}`)
    }
    const names = documented.document.paths['/webhooks/{source}']?.post?.parameters.map(({ name }) => name)
    assert.ok(names?.includes('X-Test') && names.includes('X-Signature'), names?.join())
  })

  it('has an example of an answer for every status, and each is one that it promises', () => {
    for (const [path, method, { responses }] of operations) {
      for (const [status, { content }] of Object.entries(responses)) {
        // A file has no example in JSON.
        if (content['application/json'] === undefined && status === '200') continue
        const examples = Object.entries(mediaOf(content).examples ?? {})
        assert.ok(examples.length > 0, `${method} ${path} ${status}`)
        for (const [name, { value }] of examples) {
          assert.equal(documented.faultOfAnswer(method, path, status, value), undefined, `${method} ${path} ${name}`)
        }
      }
    }
  })

  it('has an example of every body, each fits its schema and is taken by the service', async () => {
    for (const [path, method, operation] of operations) {
      if (!operation.requestBody) continue
      const examples = Object.entries(mediaOf(operation.requestBody.content).examples ?? {})
      assert.ok(examples.length > 0, `${method} ${path}: give the route a bodyExample`)
      for (const [name, { value }] of examples) {
        assert.equal(documented.faultOfBody(method, path, value), undefined, `${name} of ${method} ${path}`)
        for (const answer of await sendExample(service.url, method, path, name, value)) {
          // A call about something that is not there has read its body before it says so.
          const isTaken = answer.status < 300 || (answer.status === 404 && path.startsWith('/api/'))
          assert.ok(isTaken, `${name} of ${method} ${path}: ${answer.status} ${answer.text}`)
          assert.ok(!answer.text.includes('rejected'), `${name}: ${answer.text}`)
        }
      }
    }
  })

  it('shows the canonical event of every type, and refuses what it may not be', () => {
    const post = documented.document.paths['/webhooks/{source}']?.post
    const examples = post?.requestBody?.content['application/json']?.examples ?? {}
    for (const type of eventTypes) assert.ok(examples[type], type)
    const { CanonicalEvent } = documented.document.components.schemas
    assert.equal(CanonicalEvent?.oneOf?.length, eventTypes.length)
    const wrong = [
      { type: 'payout.paid', client: { phone: '+79031234567' } },
      { type: 'greeting', client: {} },
    ]
    for (const each of wrong) assert.ok(documented.faultOfCanonical(each), JSON.stringify(each))
  })

  it('sees an answer that is not as promised', () => {
    const lies: [status: number, body: unknown][] = [
      [200, { items: [], secret: 1 }],
      [200, { items: [{}] }],
      [202, { items: [] }],
      [422, { code: 'id_reused', message: 'а', errors: [] }],
      [422, { message: 'а', errors: [] }],
    ]
    for (const [status, body] of lies) {
      assert.throws(() => documented.checkAnswer({ method: 'GET', path: '/api/v1/journal?limit=1', status, body }))
    }
    documented.checkAnswer({ method: 'GET', path: '/api/v1/journal', status: 200, body: { items: [] } })
  })
})

/** The routes as Fastify itself has them, in the spelling of OpenAPI. */
function noteRoutes(message: unknown, into: string[]): void {
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      if (!/^\/(webhooks|api\/v1)(\/|$)/.test(url) || each === 'HEAD') continue
      into.push(`${each} ${url.replace(/\/$/, '').replace(/:(\w+)/g, '{$1}')}`)
    }
  })
}

async function sendExample(url: string, method: Method, template: string, name: string, body: unknown) {
  const isWebhook = template.startsWith('/webhooks')
  // The canonical form is for every sender, the words of 1C for 1C.
  const paths = isWebhook
    ? ['/webhooks/1c', ...(name.startsWith('onec') ? [] : ['/webhooks/vtorium'])]
    : [
        template
          .replace('{source}', '1c')
          .replace('{type}', 'payout.paid')
          .replace(/\{\w+\}/g, 'example-1'),
      ]
  const answers = []
  for (const path of paths) {
    const answer = await fetch(`${url}${path}`, {
      method: method.toUpperCase(),
      headers: {
        authorization: `Bearer ${isWebhook ? senderKey : adminKey}`,
        'content-type': 'application/json',
        // Two senders with one name of an infobase would be ambiguous to what asks for it.
        ...(path.endsWith('vtorium') ? { 'x-test': '1' } : {}),
      },
      body: JSON.stringify(body),
    })
    answers.push({ status: answer.status, text: await answer.text() })
  }
  return answers
}
