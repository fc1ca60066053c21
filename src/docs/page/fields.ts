import { type Html, html, nothing } from '../../dashboard/frame/html.ts'
import type { Parameter, Schema } from '../openapi.ts'
import { propertiesOf } from '../schema.ts'
import { inline } from './prose.ts'

/** Fields and parameters as a list: name, type, meaning. Inner fields stand under their path. */

export function parameterList(parameters: readonly Parameter[]): Html {
  return html`<dl class="fields">${parameters.map(({ name, schema, required, description }) =>
    field(name, schema, required, description),
  )}</dl>`
}

/** @param refs the schemas that a `$ref` may name. */
export function fieldList(schema: Schema, refs: Record<string, Schema>): Html {
  return html`<dl class="fields">${rowsOf(schema, '', refs)}</dl>`
}

function rowsOf(schema: Schema, prefix: string, refs: Record<string, Schema>): Html[] {
  const known = resolved(schema, refs)
  const alternatives = known.anyOf ?? known.oneOf
  if (alternatives) return dedupe(alternatives, prefix, refs)
  return propertiesOf(known).flatMap(([name, property, isRequired]) => {
    const own = resolved(property, refs)
    const path = `${prefix}${name}`
    const row = field(path, own, isRequired, property.description ?? own.description)
    return [row, ...innerRows(own, path, refs)]
  })
}

function innerRows(schema: Schema, path: string, refs: Record<string, Schema>): Html[] {
  if (schema.type === 'array' && isSchema(schema.items)) return rowsOf(schema.items, `${path}[].`, refs)
  return schema.type === 'object' ? rowsOf(schema, `${path}.`, refs) : []
}

/** Alternatives share most of their fields: each is shown once. */
function dedupe(alternatives: readonly (Schema | boolean)[], prefix: string, refs: Record<string, Schema>): Html[] {
  const rows = alternatives.filter(isSchema).flatMap((each) => rowsOf(each, prefix, refs))
  return [...new Map(rows.map((row) => [/<code>(.*?)<\/code>/.exec(row.markup)?.[1] ?? row.markup, row])).values()]
}

function field(name: string, schema: Schema, isRequired: boolean, description: string | undefined): Html {
  return html`<div><dt><code>${name}</code>${isRequired ? html` <b>обязательно</b>` : nothing}
<small>${typeText(schema)}</small></dt>
<dd>${description === undefined ? nothing : inline(description.replace(/([^.])$/, '$1.'))}${valuesText(schema)}</dd></div>`
}

function valuesText(schema: Schema): Html {
  const values = schema.enum ?? []
  return html`${values.length > 0 && values.length < 25 ? html` <span>Одно из: ${list(values)}.</span>` : nothing}
${schema.default === undefined || Array.isArray(schema.default) ? nothing : html` <span>По умолчанию <code>${String(schema.default)}</code>.</span>`}
${limitText(schema)}`
}

function limitText({ maximum, maxLength, maxItems }: Schema): Html {
  const [limit, of] =
    maxLength !== undefined ? [maxLength, 'знаков'] : maxItems !== undefined ? [maxItems, 'элементов'] : [maximum, '']
  if (limit === undefined || limit >= Number.MAX_SAFE_INTEGER) return nothing
  return html` <span class="quiet">Не больше ${limit}${of === '' ? '' : ` ${of}`}.</span>`
}

function list(values: readonly unknown[]): Html {
  return html`${values.map((value, index) => html`${index > 0 ? ', ' : ''}<code>${String(value)}</code>`)}`
}

function typeText(schema: Schema): string {
  if (schema.enum || schema.const !== undefined) return 'слово из списка'
  if (schema.format === 'date-time') return 'момент'
  if (schema.format === 'date') return 'дата'
  const alternatives = (schema.anyOf ?? schema.oneOf ?? []).filter(isSchema).map(typeText)
  if (alternatives.length > 0) return [...new Set(alternatives)].join(' или ')
  return typeof schema.type === 'string' ? (typeNames[schema.type] ?? schema.type) : 'что угодно'
}

const typeNames: Record<string, string | undefined> = {
  string: 'строка',
  integer: 'целое число',
  number: 'число',
  boolean: 'true или false',
  object: 'объект',
  array: 'массив',
  null: 'null',
}

function resolved(schema: Schema, refs: Record<string, Schema>): Schema {
  return (schema.$ref === undefined ? undefined : refs[schema.$ref.replace(/^.*\//, '')]) ?? schema
}

function isSchema(schema: unknown): schema is Schema {
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema)
}
