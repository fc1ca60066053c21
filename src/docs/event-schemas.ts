import { catalog } from '../events/catalog.ts'
import { type EventType, eventSchema, eventTypes } from '../events/event.ts'
import type { EventTypeDefinition } from '../events/types/definition.ts'
import { onecProfile } from '../webhooks/onec/profile.ts'
import { refTo, type Schema } from './openapi.ts'
import { propertiesOf, schemaOf } from './schema.ts'

/** The canonical event and what each type adds to it. */
export function eventSchemas(): Record<string, Schema> {
  return {
    Event: withSenderNames(schemaOf(eventSchema, 'input'), ''),
    ...Object.fromEntries(eventTypes.map((type) => [type, typeSchema(catalog[type])])),
    CanonicalEvent: {
      description: 'Событие в канонической форме. Примет любой источник.',
      oneOf: eventTypes.map((type) => refTo('schemas', type)),
      discriminator: { propertyName: 'type' },
    },
    SenderEvent: {
      type: 'object',
      minProperties: 1,
      description:
        'Событие в той форме, в какой его пишет 1С: русские, английские или транслитерированные имена, плоско или с ' +
        'вложенными объектами. Какие имена понимает сервис, сказано у каждого поля. Регистр, «ё», пробелы, дефисы и ' +
        'подчёркивания в именах не важны.',
    },
  }
}

function typeSchema(definition: EventTypeDefinition): Schema {
  const requirements = definition.requires.map((alternatives): Schema => {
    const [only, ...others] = alternatives.map((path) => requiring(path.split('.')))
    return only && others.length === 0 ? only : { anyOf: [only, ...others].filter((each) => each !== undefined) }
  })
  return {
    title: definition.title,
    description: `${definition.title}. ${conditionsOf(definition)}`,
    allOf: [
      refTo('schemas', 'Event'),
      { properties: { type: { type: 'string', const: definition.type } } },
      recipient,
      ...requirements,
    ],
  }
}

/** Contract §3.2: whoever is told is known by phone or by id. */
const recipient: Schema = {
  properties: { client: { anyOf: [{ required: ['id'] }, { required: ['phone'] }] } },
}

function requiring([name = '', ...rest]: readonly string[]): Schema {
  return { required: [name], ...(rest.length > 0 ? { properties: { [name]: requiring(rest) } } : {}) }
}

function conditionsOf({ requires, class: kind, urgency, freshnessDays, expiryHours }: EventTypeDefinition): string {
  const needed = requires.map((paths) => paths.map((path) => `\`${path}\``).join(' или ')).join(', ')
  return [
    needed === '' ? 'Достаточно `type` и получателя.' : `Кроме \`type\` и получателя нужно ${needed}.`,
    urgency === 'money'
      ? 'Уходит в любое время суток, если для площадки не задано иное.'
      : 'Ночью ждёт, пока на площадке не наступит день (с 9 до 21, если для неё не задано иное).',
    kind === 'promo' ? 'Это реклама: нужно отдельное согласие клиента.' : '',
    `Новость старше ${freshnessDays} дней клиенту не отправляется; недоставленное сообщение устаревает через ${expiryHours} ч.`,
  ]
    .filter(Boolean)
    .join(' ')
}

/** Tells at every field under which names of 1C it is understood as well. */
function withSenderNames(schema: Schema, path: string): Schema {
  if (schema.items && typeof schema.items === 'object' && !Array.isArray(schema.items)) {
    return { ...described(schema, path), items: withSenderNames(schema.items, 'item') }
  }
  if (schema.properties === undefined) return described(schema, path)
  const properties = propertiesOf(schema).map(([name, property]) => [
    name,
    withSenderNames(property, path === '' ? name : `${path}.${name}`),
  ])
  return { ...schema, properties: Object.fromEntries(properties) }
}

function described(schema: Schema, path: string): Schema {
  const names = senderNames(path)
  if (names.length === 0) return schema
  const also = `В 1С: ${names.join(', ')}.`
  return { ...schema, description: schema.description ? `${schema.description}. ${also}` : also }
}

/** The first few: they are the better ones, and a page that lists four hundred helps nobody. */
function senderNames(path: string): string[] {
  const fields: Record<string, readonly string[] | undefined> = onecProfile.fields
  const isRussian = (name: string) => /^[А-ЯЁа-яё0-9]+$/.test(name)
  return (fields[path] ?? []).filter(isRussian).slice(0, 4)
}

/** Names of the examples: one canonical body a type. */
export function canonicalExamples(): Record<string, { summary: string; value: unknown }> {
  return Object.fromEntries(
    eventTypes.map((type: EventType) => [
      type,
      { summary: `Каноническая форма: ${catalog[type].title.toLowerCase()}`, value: catalog[type].sample },
    ]),
  )
}
