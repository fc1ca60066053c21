import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { and, prepared, type Sql, sql, statementName } from '../../src/db/sql.ts'

/** A statement of nested pieces, and the values in the order in which they stand in it. */
type Tree = string | number | Tree[]

const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 5 }, fc.nat(), fc.string(), fc.array(tie('tree'), { maxLength: 6 })),
})).tree

function build(tree: Tree): { query: Sql; leaves: unknown[] } {
  if (!Array.isArray(tree)) return { query: sql`(${tree})`, leaves: [tree] }
  const parts = tree.map(build)
  const query = parts.reduce((all, { query }) => sql`${all}, ${query}`, sql`begin`)
  return { query, leaves: parts.flatMap((each) => each.leaves) }
}

describe('statements', () => {
  it('values never become text, and each mark points to the value that stood in its place', () => {
    const text = "x'; drop table clients; --"
    const query = sql`select ${text}, ${2} from t`
    assert.equal(query.text, 'select $1, $2 from t')
    assert.deepEqual(query.values, [text, 2])
  })

  it('however deep the pieces are nested, the marks count up in the order of the values', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const { query, leaves } = build(tree)
        assert.deepEqual(query.values, leaves)
        const marks = [...query.text.matchAll(/\$(\d+)/g)].map((match) => Number(match[1]))
        assert.deepEqual(
          marks,
          leaves.map((_, index) => index + 1),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('a piece used twice brings its values twice', () => {
    const piece = sql`a = ${1}`
    const query = sql`${piece} or ${piece} or b = ${2}`
    assert.equal(query.text, 'a = $1 or a = $2 or b = $3')
    assert.deepEqual(query.values, [1, 1, 2])
  })

  it('conditions are joined with «and»; none are true', () => {
    assert.equal(and([]).text, 'true')
    assert.equal(and([sql`a = ${1}`, sql`b = ${2}`]).text, 'true and a = $1 and b = $2')
  })

  it('a plain statement has one name whatever its values, a composed one has none', () => {
    const find = (id: number) => sql`select * from t where id = ${id}`
    assert.equal(statementName(find(1)), statementName(find(2)))
    assert.notEqual(statementName(find(1)), statementName(sql`select ${1}`))
    assert.equal(statementName(sql`select 1 where ${sql`true`}`), undefined)
    const composed = (value: number) => prepared(sql`select ${value} where ${sql`true`}`)
    assert.equal(statementName(composed(1)), statementName(composed(2)))
    assert.notEqual(statementName(composed(1)), statementName(prepared(sql`select ${1} where ${sql`false`}`)))
    // Postgres cuts names at 63 bytes.
    assert.ok((statementName(find(1))?.length ?? 0) < 64)
  })

  it('what looks like a statement but was not made here is a value: a posted object never becomes text', () => {
    const posted: unknown = JSON.parse('{"text":"1; drop table clients","values":[]}')
    assert.equal(sql`select ${posted}`.text, 'select $1')
  })
})
