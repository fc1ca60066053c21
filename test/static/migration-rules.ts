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
  index: 'locks writes while it is built: say why the lock is short, or build it concurrently in a file of its own',
  'big index':
    'millions of rows are read while nobody can write, whatever the comment says: a file of its own, with drop index concurrently if exists and create index concurrently',
  concurrently:
    'a file with concurrently runs outside of a transaction, so it may hold nothing else; before each create of a name stands drop index concurrently if exists of that name, since a build that failed leaves a broken index',
  partitioned: 'Postgres refuses concurrently on a partitioned table: build it plainly, and say why the lock is short',
  constraint: 'checks every row under a lock: add it as not valid, validate it in another migration',
  update: 'rewrites rows under locks, in the transaction of the whole migration: fill them in the background, in parts',
  'enum or trigger': 'the running version meets another behaviour: say why it can live with it',
} as const

/** They grow with every message or every client. Those of the journal are partitioned by month. */
const bigTables = new Set([
  'events',
  'notifications',
  'deliveries',
  'changes',
  'clients',
  'contacts',
  'consents',
  'looks',
])
const partitionedTables = new Set(['attempts', 'receipts'])

/**
 * What holds of a migration after those that were released before the rule: an index on a table of millions is built while
 * messages are written (src/db/migrate.ts), and no comment makes up for that.
 */
export function indexDangersIn(text: string): Danger[] {
  const own = new Set<string>()
  const statements = statementsIn(text)
  const isConcurrent = statements.some(({ sql }) => concurrently.test(sql))
  const dropped = new Set<string>()
  return statements.flatMap(({ line, sql }) => {
    const made = tableMadeBy(sql)
    if (made !== undefined) own.add(made)
    const found = isConcurrent ? ruleOfConcurrent(sql, dropped) : ruleOfBig(sql, own)
    return found === undefined ? [] : [{ line, rule: found, statement: sql.slice(0, 100) }]
  })
}

const concurrently = /^(?:create (?:unique )?|drop )index concurrently\b/

function ruleOfConcurrent(sql: string, dropped: Set<string>): Rule | undefined {
  const gone = /^drop index concurrently if exists (\w+);$/.exec(sql)?.[1]
  if (gone !== undefined) {
    dropped.add(gone)
    return undefined
  }
  const [, name, table] = /^create (?:unique )?index concurrently (\w+) on (\w+)/.exec(sql) ?? []
  if (table !== undefined && partitionedTables.has(table)) return 'partitioned'
  return name !== undefined && dropped.has(name) ? undefined : 'concurrently'
}

function ruleOfBig(sql: string, own: ReadonlySet<string>): Rule | undefined {
  const table = tableIndexedBy(sql)
  return table !== undefined && bigTables.has(table) && !own.has(table) ? 'big index' : undefined
}

/**
 * Reads the statements of a migration. A table that it makes itself is nobody's yet: all is allowed there. A comment
 * `-- safe: reason` on the line before a statement, or in the block of comments above it, lets that one pass;
 * `-- safe throughout: reason` lets the whole file.
 */
export function dangersIn(text: string): Danger[] {
  if (/^-- safe throughout: .{15,}/m.test(text)) return []
  const own = new Set<string>()
  return statementsIn(text).flatMap(({ line, sql, isSafe }) => {
    const made = tableMadeBy(sql)
    if (made !== undefined) own.add(made)
    const found = makesWay(sql, text) ? undefined : ruleBrokenBy(sql, own)
    return found === undefined || isSafe ? [] : [{ line, rule: found, statement: sql.slice(0, 100) }]
  })
}

/** Removes what a build that failed has left, for the same index once more. */
function makesWay(sql: string, text: string): boolean {
  const name = /^drop index concurrently if exists (\w+);$/.exec(sql)?.[1]
  return name !== undefined && new RegExp(`\\bindex concurrently ${name} on\\b`).test(text)
}

function tableMadeBy(sql: string): string | undefined {
  return /^create (?:unlogged )?table (?:if not exists )?([\w.]+)/.exec(sql)?.[1]
}

/** By a build that holds up writes. */
function tableIndexedBy(sql: string): string | undefined {
  return /^create (?:unique )?index (?!concurrently)(?:if not exists )?\w* ?on (?:only )?([\w.]+)/.exec(sql)?.[1]
}

function ruleBrokenBy(sql: string, own: ReadonlySet<string>): Rule | undefined {
  const altered = /^alter table (?:if exists )?(?:only )?([\w.]+)/.exec(sql)?.[1]
  if (altered !== undefined && !own.has(altered)) return ruleBrokenByAlter(sql)
  const indexed = tableIndexedBy(sql)
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
