import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { environment, readConfig } from '../../src/config.ts'
import { type EnvEntry, readEnvFile } from './read-env-file.ts'

const entries = readEnvFile(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8'))
const names = Object.keys(environment.shape)
const defaults = new Map(Object.entries(environment.parse({})))

describe('.env.example', () => {
  it('lists the variables of src/config.ts in their order, and behind them only what docker compose reads', () => {
    assert.deepEqual(
      entries.map((each) => each.name),
      [
        ...names,
        'DATABASE_PASSWORD',
        'POSTGRES_PASSWORD',
        'REDIS_PASSWORD',
        'BACKUP_EVERY_HOURS',
        'BACKUP_KEEP_DAYS',
        'GRAFANA_PASSWORD',
      ],
    )
  })

  it('shows of each variable what the code says: comment, choices, default or example', () => {
    for (const [name, schema] of Object.entries(environment.shape)) {
      assert.deepEqual(
        entries.find((each) => each.name === name),
        expectedEntry(name, schema),
      )
    }
  })

  it('changes nothing when copied as it stands, nor with its defaults uncommented', () => {
    const untouched = readConfig({})
    assert.deepEqual(readConfig(valuesOf((each) => !each.isCommented)), untouched)
    assert.deepEqual(readConfig(valuesOf(() => true)), untouched)
  })

  it('gives examples that the service takes', () => {
    const filled = Object.fromEntries(
      entries.flatMap((each) => {
        const example = exampleIn(each)
        return example === undefined ? [] : [[each.name, example]]
      }),
    )
    assert.ok(Object.keys(filled).length > 5, 'examples were found')
    assert.doesNotThrow(() => readConfig({ ...valuesOf(() => true), ...filled }))
  })

  it('holds no secret', () => {
    const secret = /KEY|SECRET|PASSWORD|TOKEN/
    assert.deepEqual(
      entries.filter((each) => secret.test(each.name) && each.shown !== '').map((each) => each.name),
      [],
    )
  })
})

function expectedEntry(name: string, schema: z.ZodType): EnvEntry {
  const { about, example } = schema.meta() ?? {}
  const choices = choicesOf(schema)
  const standard = defaults.get(name)
  return {
    name,
    comments: [
      String(about),
      ...(choices === undefined ? [] : [`One of: ${choices.join(', ')}.`]),
      ...(standard === undefined && example !== undefined ? [`Example: ${name}=${String(example)}`] : []),
    ],
    shown: standard === undefined ? '' : Array.isArray(standard) ? standard.join(',') : String(standard),
    isCommented: standard !== undefined,
  }
}

function choicesOf(schema: z.ZodType): string[] | undefined {
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema
  return inner instanceof z.ZodEnum ? inner.options.map(String) : undefined
}

function exampleIn(entry: EnvEntry): string | undefined {
  const prefix = `Example: ${entry.name}=`
  return entry.comments.find((each) => each.startsWith(prefix))?.slice(prefix.length)
}

function valuesOf(isTaken: (entry: EnvEntry) => boolean): Record<string, string> {
  return Object.fromEntries(entries.filter(isTaken).map((each) => [each.name, each.shown]))
}
