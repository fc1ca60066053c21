import type { Schema } from './openapi.ts'
import { propertiesOf } from './schema.ts'

/** An example that fits the schema: no route has to write one, and none can be out of date. */
export function exampleOf(schema: Schema | boolean, name = ''): unknown {
  if (typeof schema === 'boolean') return null
  const [example] = schema.examples ?? []
  if (example !== undefined) return example
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum.includes(words[name] ?? null) ? words[name] : schema.enum[0]
  const [first] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? []
  if (first !== undefined) return exampleOf(first, name)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        propertiesOf(schema)
          .filter(([key, , isRequired]) => isRequired || !troubles.includes(key))
          .map(([key, property]) => [key, exampleOf(property, key)]),
      )
    case 'array':
      return schema.items === undefined || Array.isArray(schema.items) ? [] : [exampleOf(schema.items, singular(name))]
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, 1)
    case 'boolean':
      return schema.default ?? false
    case 'string':
      return textFor(schema, name)
    default:
      return null
  }
}

function textFor(schema: Schema, name: string): string {
  if (schema.format === 'date-time') return '2026-11-23T12:43:00+03:00'
  if (schema.format === 'date') return '2026-11-23'
  return texts[name] ?? '…'
}

function singular(name: string): string {
  return name.replace(/s$/, '')
}

/** What stands in an answer only when something went wrong: the example is of a message that arrived. */
const troubles = ['reason', 'blocked', 'needsConfirmation', 'error', 'errors']

/** Of several words, those of a payout that arrived. */
const words: Record<string, string | undefined> = { channel: 'telegram', state: 'sent', type: 'payout.paid' }

const uuid = '019aa5b0c3d17e0f8a6b5c4d3e2f1a0b'

/** What a reader expects under such a name. */
const texts: Record<string, string | undefined> = {
  address: '123456789',
  attempt: '1',
  branch: 'NN-01',
  code: '200',
  cursor: 'MDE5YWE1YjA',
  eventId: `evt_${uuid}`,
  externalId: 'a1d3a7c2-77aa-11ee-9c4f-00155d0a1b2c',
  fullName: 'Иванов Иван Петрович',
  givenBy: 'api',
  id: uuid,
  infobase: 'buh-nn-prod',
  linkedBy: 'api',
  message: 'Событие принято.',
  name: 'Нижний Новгород',
  nextCursor: 'MDE5YWE1YjA',
  notificationId: `ntf_${uuid}`,
  number: 'ПСА-000457',
  phone: '+79031234567',
  providerMessageId: '4711',
  source: '1c',
  text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК.',
}
