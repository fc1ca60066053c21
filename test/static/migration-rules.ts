/** A statement that would stop, or break, the version that still runs while the next one is rolled out. */
export type Danger = { line: number; rule: Rule; statement: string }

export type Rule = keyof typeof rules

/** What each rule is for, and what to do instead. */
export const rules = {
  drop: 'the running version still reads it: stop using it now, drop it in the release after the next',
  rename: 'the running version knows the old name: add the new one beside it',
  type: 'rewrites the table under a lock: add a column of the new type and fill it in the background',
  'not null':
    'fails, or locks the table while it is checked: give a default in the same statement, or a check that is not valid yet',
  index:
    'locks writes while it is built, and a migration cannot use concurrently: say why the lock is short, or have it built by hand before the update, and write if not exists',
  constraint: 'checks every row under a lock: add it as not valid, validate it in another migration',
  update: 'rewrites rows under locks, in the transaction of the whole migration: fill them in the background, in parts',
  'enum or trigger': 'the running version meets another behaviour: say why it can live with it',
} as const

/**
 * Reads the statements of a migration. A table that it makes itself is nobody's yet: all is allowed there. A comment
 * `-- safe: reason` on the line before a statement, or in the block of comments above it, lets that one pass;
 * `-- safe throughout: reason` lets the whole file.
 */
export function dangersIn(text: string): Danger[] {
  if (/^-- safe throughout: .{15,}/m.test(text)) return []
  const own = new Set<string>()
  return statementsIn(text).flatMap(({ line, sql, isSafe }) => {
    const made = /^create (?:unlogged )?table (?:if not exists )?([\w.]+)/.exec(sql)?.[1]
    if (made !== undefined) own.add(made)
    const found = ruleBrokenBy(sql, own)
    return found === undefined || isSafe ? [] : [{ line, rule: found, statement: sql.slice(0, 100) }]
  })
}

function ruleBrokenBy(sql: string, own: ReadonlySet<string>): Rule | undefined {
  const altered = /^alter table (?:if exists )?(?:only )?([\w.]+)/.exec(sql)?.[1]
  if (altered !== undefined && !own.has(altered)) return ruleBrokenByAlter(sql)
  const indexed = /^create (?:unique )?index (?!concurrently)(?:if not exists )?\w* ?on (?:only )?([\w.]+)/.exec(
    sql,
  )?.[1]
  if (indexed !== undefined && !own.has(indexed)) return 'index'
  const updated = /^(?:update|delete from) (?:only )?([\w.]+)/.exec(sql)?.[1]
  if (updated !== undefined && !own.has(updated)) return 'update'
  if (/^drop (?:table|view|column|function|schema|type|sequence|materialized)\b/.test(sql)) return 'drop'
  const triggered = /^create (?:or replace )?(?:constraint )?trigger .*? on ([\w.]+)/.exec(sql)?.[1]
  if (triggered !== undefined && !own.has(triggered)) return 'enum or trigger'
  return /^(?:alter type|drop trigger|drop index)\b/.test(sql) ? 'enum or trigger' : undefined
}

function ruleBrokenByAlter(sql: string): Rule | undefined {
  if (/\bdrop (?:column|constraint)\b/.test(sql) || /\bdrop (?!not null|default|expression|identity)\w+/.test(sql))
    return 'drop'
  if (/\brename\b/.test(sql)) return 'rename'
  if (/\balter (?:column )?\w+ (?:set data )?type\b/.test(sql)) return 'type'
  if (/\bset not null\b/.test(sql)) return 'not null'
  const added = sql.split(/\badd column\b/).slice(1)
  if (added.some((each) => /\bnot null\b/.test(each) && !/\bdefault\b|\bgenerated\b/.test(each))) return 'not null'
  if (/\badd (?:constraint|unique|primary key|check|foreign key)\b/.test(sql) && !/\bnot valid\b/.test(sql))
    return 'constraint'
  return undefined
}

/** Statements in lower case on one line each, the bodies of functions as they stand; and whether they were called safe. */
function statementsIn(text: string): { line: number; sql: string; isSafe: boolean }[] {
  const found: { line: number; sql: string; isSafe: boolean }[] = []
  let sql = ''
  let startedAt = 0
  let isSafe = false
  let inBody = false
  text.split('\n').forEach((line, index) => {
    const [code = '', comment = ''] = line.split(/--(.*)/s)
    if (/^\s*safe: .{15,}/.test(comment)) isSafe = true
    if (code.trim() === '') return
    if (sql === '') startedAt = index + 1
    sql += ` ${code.trim()}`
    if ((code.match(/\$\$/g) ?? []).length % 2 === 1) inBody = !inBody
    if (inBody || !code.trimEnd().endsWith(';')) return
    found.push({ line: startedAt, sql: sql.trim().toLowerCase().replace(/\s+/g, ' '), isSafe })
    sql = ''
    isSafe = false
  })
  return found
}
