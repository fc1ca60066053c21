import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { filters } from '../../src/templates/filters/catalog.ts'
import { variables } from '../../src/templates/variables.ts'

const page = readFileSync(new URL('../../docs/ru/shablony.md', import.meta.url), 'utf8')
const plain = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('|', '\\|')

describe('the page of templates', () => {
  it('lists every variable of the code, with its description and example, and no other', () => {
    const rows = page
      .slice(page.indexOf('## Переменные'), page.indexOf('## Фильтры'))
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    const expected = variables.map(
      ({ names: [russian, english], description, example }) =>
        `| \`${russian}\` | \`${english}\` | ${plain(description)} | ${plain(example)} |`,
    )
    assert.deepEqual(rows, expected)
  })

  it('lists every filter of the code, with what it makes of an example, and no other', () => {
    const rows = page
      .slice(page.indexOf('## Фильтры'))
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    const expected = filters.map(
      ({ names: [russian, english], description, example }) =>
        `| \`${russian}\` | \`${english}\` | ${plain(description)} | \`${plain(example.template)}\` → ${plain(example.result)} |`,
    )
    assert.deepEqual(rows, expected)
  })
})
