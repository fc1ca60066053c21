import { createHash } from 'node:crypto'

/** A statement and its parameters. Values never become text of the statement. */
export type Sql = { text: string; values: unknown[]; strings?: TemplateStringsArray; isPrepared?: true }

/** Only what was made here is a statement: an object that somebody posted, of whatever shape, stays a value. */
const made = new WeakSet<object>()

export function sql(strings: TemplateStringsArray, ...values: unknown[]): Sql {
  const query: Sql = values.some(isSql) ? flatten(strings, values) : { text: plainText(strings), values, strings }
  made.add(query)
  return query
}

/** The name of a table or a column, from a list of ours. @throws when it could be anything else. */
export function named(word: string): Sql {
  if (!/^[a-z_]+$/.test(word)) throw new Error(`no name: ${word}`)
  const query: Sql = { text: word, values: [] }
  made.add(query)
  return query
}

/** Joins conditions with `and`; no conditions are `true`. */
export function and(conditions: Sql[]): Sql {
  return conditions.reduce((all, each) => sql`${all} and ${each}`, sql`true`)
}

/**
 * A statement composed of parts that are always the same gets a name as well, so that a long one is not read anew each time. Not
 * for filters: each combination would stay in the memory of each connection.
 */
export function prepared(query: Sql): Sql {
  const named: Sql = { ...query, isPrepared: true }
  made.add(named)
  return named
}

const namesOfTexts = new Map<string, string>()
const names = new WeakMap<TemplateStringsArray, string>()
const texts = new WeakMap<TemplateStringsArray, string>()

/** Prepared-statement name, so that Postgres reads a statement once a connection (it plans it each time, db/database.ts). Composed ones have none unless they are `prepared`. */
export function statementName(query: Sql): string | undefined {
  if (query.strings) return remembered(names, query.strings, query.text)
  return query.isPrepared ? remembered(namesOfTexts, query.text, query.text) : undefined
}

type Names<K> = { get(key: K): string | undefined; set(key: K, name: string): unknown }

function remembered<K>(known: Names<K>, key: K, text: string): string {
  let name = known.get(key)
  if (name === undefined) {
    name = `v_${createHash('sha1').update(text).digest('hex').slice(0, 24)}`
    known.set(key, name)
  }
  return name
}

function plainText(strings: TemplateStringsArray): string {
  let text = texts.get(strings)
  if (text === undefined) {
    text = strings.reduce((all, part, index) => (index === 0 ? part : `${all}$${index}${part}`), '')
    texts.set(strings, text)
  }
  return text
}

function flatten(strings: readonly string[], values: unknown[]): Sql {
  let text = strings[0] ?? ''
  const flat: unknown[] = []
  values.forEach((value, index) => {
    if (isSql(value)) {
      const offset = flat.length
      text += value.text.replace(/\$(\d+)/g, (_, digits: string) => `$${Number(digits) + offset}`)
      flat.push(...value.values)
    } else {
      flat.push(value)
      text += `$${flat.length}`
    }
    text += strings[index + 1] ?? ''
  })
  return { text, values: flat }
}

function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && made.has(value)
}
