import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventSchema, eventTypes } from '../../../src/events/event.ts'
import { checkExamples, checkExtension } from './check.ts'
import { checkHandler } from './check-links.ts'
import { parseModules } from './check-modules.ts'
import { listedObjects, readDocuments } from './check-objects.ts'
import { readFiles } from './extension.ts'
import { textOf } from './xml.ts'

const folder = fileURLToPath(new URL('../../../integrations/1c', import.meta.url))
const extension = await readFiles(join(folder, 'extension'))
const examples = await readFiles(join(folder, 'examples'))

test('nothing in the extension would stop a Designer from loading it, as far as it can be seen without one', () => {
  assert.deepEqual(checkExtension(extension), [])
  assert.ok(listedObjects(readDocuments(extension).documents).length >= 20)
})

test('every example to paste is whole and calls only what the extension has', () => {
  assert.deepEqual(checkExamples(examples, extension), [])
})

test('the example of a subscription names a handler that stands in the example of a module', () => {
  const { documents } = readDocuments(examples)
  const properties = documents.get('event-subscription.xml')?.children[0]
  const module = parseModules(examples).get('subscription.bsl')
  assert.ok(module)
  const handler = textOf(properties, 'Properties', 'Handler')
  const handlerModule = handler.split('.')[1] ?? ''
  assert.equal(checkHandler(new Map([[handlerModule, module]]), handler, 2), undefined)
})

test('a handler of a document does nothing while an exchange is loading it', () => {
  const handlers = [...parseModules(examples)].flatMap(([path, { methods }]) =>
    methods.filter(({ parameters }) => parameters[0]?.name === 'Источник').map((method) => ({ path, method })),
  )
  assert.ok(handlers.length >= 3)
  for (const { path, method } of handlers) {
    const lines = (examples.get(path) ?? '').split('\n').slice(method.line, method.line + 4)
    assert.match(lines.join('\n'), /Если Источник\.ОбменДанными\.Загрузка/, `${path}: ${method.name}`)
  }
})

test('an event made in 1C has only fields the intake knows, under the names of the public contract', () => {
  const shape: Record<string, unknown> = eventSchema.shape
  const code = [...extension.values(), ...examples.values()].join('\n')
  const top = [...code.matchAll(/Событие\.Вставить\("(\w+)"/g)].map(([, field = '']) => field)
  assert.deepEqual(
    top.filter((field) => !(field in shape)),
    [],
  )
  const types = [...code.matchAll(/"((?:operation|payout|installment|bonus)\.\w+)"/g)].map(([, type = '']) => type)
  assert.deepEqual(
    types.filter((type) => !eventTypes.some((known) => known === type)),
    [],
  )
  assert.ok(top.length > 10 && types.length > 10)
})

test('the parts of an event made in 1C are understood as well', () => {
  const code = [...extension.values(), ...examples.values()].join('\n')
  const parts = {
    client: eventSchema.shape.client.shape,
    operation: eventSchema.shape.operation.unwrap().shape,
    payment: eventSchema.shape.payment.unwrap().shape,
    branch: eventSchema.shape.branch.unwrap().shape,
  }
  for (const [part, shape] of Object.entries(parts)) {
    const fields = [...code.matchAll(new RegExp(`Событие\\.${part}\\.Вставить\\("(\\w+)"`, 'g'))].map(
      ([, field]) => field,
    )
    assert.ok(fields.length > 0, part)
    for (const field of fields) assert.ok(field !== undefined && field in shape, `${part}.${field}`)
  }
})

/** An item of `GET /api/v1/changes`, contract §3.3. */
const changeFields = [
  ...['cursor', 'at', 'kind', 'eventId', 'externalEventId', 'deliveryId', 'operation', 'client', 'channel', 'state'],
  ...['reason', 'text', 'statusBsp', 'id', 'number', 'externalId', 'phone', 'items', 'nextCursor'],
]

test('the journal is filled from the fields the service promises in its changes', () => {
  const code = extension.get('CommonModules/вст_ЧтениеИзменений/Ext/Module.bsl') ?? ''
  const read = [...code.matchAll(/(?:СтрокаИз\(\p{L}+, |Получить\()"(\w+)"/gu)].map(([, field = '']) => field)
  assert.ok(read.includes('text') && read.includes('at') && read.includes('nextCursor'))
  assert.deepEqual(
    read.filter((field) => !changeFields.includes(field)),
    [],
  )
})
