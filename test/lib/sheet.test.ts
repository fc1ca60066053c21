import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { csvLine } from '../../src/lib/csv.ts'
import { diffOf } from '../../src/lib/diff.ts'
import { csvOf } from '../../src/lib/sheet/csv.ts'
import { type Row, safeText, type Table } from '../../src/lib/sheet/sheet.ts'
import { xlsxOf } from '../../src/lib/sheet/xlsx.ts'
import { until } from '../support/until.ts'

async function* rowsOf(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows
}

const table = (rows: readonly Row[]): Table => ({ titles: ['Имя', 'Сумма'], widths: [20, 10], rows: rowsOf(rows) })

/** The files of a small workbook by name: this zip has no sizes before its data, but its directory at the end has. */
async function filesIn(stream: AsyncIterable<unknown>): Promise<Map<string, string>> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(Buffer.from(part as Buffer))
  const bytes = Buffer.concat(parts)
  const files = new Map<string, string>()
  let at = bytes.readUInt32LE(bytes.length - 22 + 16)
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const [size, name, extra, comment] = [
      bytes.readUInt32LE(at + 20),
      ...[28, 30, 32].map((each) => bytes.readUInt16LE(at + each)),
    ]
    const local = bytes.readUInt32LE(at + 42)
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const data = bytes.subarray(start, start + (size ?? 0))
    const isDeflated = bytes.readUInt16LE(at + 10) === 8
    files.set(
      bytes.subarray(at + 46, at + 46 + (name ?? 0)).toString(),
      (isDeflated ? inflateRawSync(data) : data).toString(),
    )
    at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0)
  }
  return files
}

describe('tables that are taken away', () => {
  it('no text in them is a formula', () => {
    for (const text of [
      '=1+1',
      '+7903',
      '-1',
      '@sum',
      '\tx',
      '\r=x',
      ' =cmd|calc',
      '\u00a0=x',
      '＝1',
      '=HYPERLINK("http://x")',
    ])
      assert.ok(safeText(text).startsWith("'"), JSON.stringify(text))
    for (const text of ['Иванов', '1-2', 'a=b', '', "'", '🙂']) assert.equal(safeText(text), text)
  })

  it('a CSV is what a Russian Excel opens: its mark, semicolons, commas in numbers, quotes doubled', async () => {
    let text = ''
    for await (const piece of csvOf(
      table([
        ['Петров; "Пётр"\nвторой', 1.5],
        ['=1+1', null],
        ['Лом, медь', 2],
        ['🙂', 0],
      ]),
    ))
      text += piece
    assert.equal(text, '\ufeffИмя;Сумма\r\n"Петров; ""Пётр""\nвторой";1,5\r\n\'=1+1;\r\n"Лом, медь";2\r\n🙂;0\r\n')
    assert.equal(csvLine(['Лом, медь', ' =1+1', 1.5]), `"Лом, медь";' =1+1;1,5\r\n`)
  })

  it('an XLSX holds text as text, numbers as numbers, letters of four bytes, and nothing that XML has no place for', async () => {
    const files = await filesIn(
      xlsxOf(
        table([
          ['<b>&\u0000\u0007 🙂\ud800', 12],
          ['=1+1', null],
        ]),
      ),
    )
    const sheet = files.get('xl/worksheets/sheet1.xml') ?? ''
    assert.match(sheet, /<t xml:space="preserve">&lt;b&gt;&amp; 🙂<\/t>/)
    assert.match(sheet, /<c><v>12<\/v><\/c>/)
    assert.match(sheet, /<t xml:space="preserve">'=1\+1<\/t>/)
    assert.doesNotMatch(sheet, /<f>/)
    assert.match(files.get('xl/workbook.xml') ?? '', /<sheet name="Журнал" sheetId="1"/)
  })

  it('what does not fit into a sheet goes on in the next, each with its titles', async () => {
    const rows = Array.from({ length: 7 }, (_, index): Row => [`line ${index}`, index])
    const files = await filesIn(xlsxOf(table(rows), 4))
    const sheets = [1, 2, 3].map((number) => files.get(`xl/worksheets/sheet${number}.xml`) ?? '')
    assert.deepEqual(
      sheets.map((sheet) => (sheet.match(/<row>/g) ?? []).length),
      [4, 4, 2],
    )
    assert.ok(sheets.every((sheet) => sheet.includes('Имя')))
    assert.deepEqual(
      sheets.join().match(/line \d/g),
      rows.map(([text]) => text),
    )
    assert.equal(files.get('xl/worksheets/sheet4.xml'), undefined)
    assert.match(files.get('[Content_Types].xml') ?? '', /sheet3\.xml/)
  })

  it('lines are read as they are taken: a reader who is slow, or leaves, does not fill the memory', async () => {
    let made = 0
    let hasEnded = false
    async function* endless(): AsyncGenerator<Row> {
      try {
        while (true) yield [`line ${made++} ${randomBytes(500).toString('hex')}`, made]
      } finally {
        hasEnded = true
      }
    }
    const stream = xlsxOf({ ...table([]), rows: endless() })
    const iterator = stream[Symbol.asyncIterator]()
    for (let step = 0; step < 5; step++) await iterator.next()
    let before = -1
    const stands = () => {
      const isStill = made === before
      before = made
      return isStill
    }
    await until(stands, 10_000, 'nobody takes, so nothing is made')
    assert.ok(made < 20_000, String(made))
    stream.destroy()
    await until(() => hasEnded, 10_000, 'the source is told that nobody reads any more')
  })
})

describe('what changed in a text', () => {
  it('is told by words, and put together it is both texts', () => {
    const [before, after] = ['Выплата {{ сумма }} зачислена. Спасибо!', 'Выплата {{ сумма }} уже у вас.\nСпасибо!']
    const diff = diffOf(before, after)
    const side = (kind: 'added' | 'removed') =>
      diff
        .filter((each) => each.kind === 'same' || each.kind === kind)
        .map(({ text }) => text)
        .join('')
    assert.deepEqual([side('removed'), side('added')], [before, after])
    assert.equal(diff[0]?.kind, 'same')
    assert.deepEqual(diffOf('a', 'a'), [{ kind: 'same', text: 'a' }])
    const long = 'слово '.repeat(5_000)
    assert.deepEqual(
      diffOf(long, `${long}\nещё`).map(({ kind }) => kind),
      ['removed', 'added'],
    )
  })
})
