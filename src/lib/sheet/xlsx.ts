import { Readable } from 'node:stream'
import yazl from 'yazl'
import { type Cell, type Row, safeText, type Table } from './sheet.ts'

/** What Excel can hold: lines of a sheet, the titles among them, and letters of a cell. */
export const mostLines = 1_048_576
const mostLetters = 32_767

const linesAtOnce = 200

/**
 * A workbook as a stream: lines are taken as fast as the reader takes the bytes, so the memory does not grow with their
 * number. What does not fit into one sheet goes on in the next.
 */
export function xlsxOf(table: Table, linesOfSheet = mostLines): Readable {
  const zip = new yazl.ZipFile()
  const output = Readable.from(zip.outputStream)
  const source = table.rows[Symbol.asyncIterator]()
  output.once('close', () => void source.return?.())
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(text), name)
  let sheets = 0
  const finish = () => {
    add('[Content_Types].xml', contentTypes(sheets))
    add('_rels/.rels', rootRelations)
    add('xl/workbook.xml', workbook(sheets))
    add('xl/_rels/workbook.xml.rels', workbookRelations(sheets))
    add('xl/styles.xml', styles)
    zip.end()
  }
  const nextSheet = (first: Row | undefined) => {
    sheets += 1
    const sheet = Readable.from(
      sheetOf(table, source, first, linesOfSheet, (rest) => (rest ? nextSheet(rest) : finish())),
    )
    sheet.once('error', (error) => output.destroy(error))
    zip.addReadStream(sheet, `xl/worksheets/sheet${sheets}.xml`)
  }
  nextSheet(undefined)
  return output
}

/** One sheet; `onEnd` is told the line that found no room in it. */
async function* sheetOf(
  { titles, widths }: Table,
  source: AsyncIterator<Row>,
  first: Row | undefined,
  linesOfSheet: number,
  onEnd: (rest: Row | undefined) => void,
): AsyncGenerator<string> {
  const columns = widths.map(
    (width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`,
  )
  yield `${head}<worksheet xmlns="${ns}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${columns.join('')}</cols><sheetData>${lineOf(titles, ' s="1"')}`
  let piece = first === undefined ? '' : lineOf(first)
  let lines = first === undefined ? 1 : 2
  let rest: Row | undefined
  while (rest === undefined) {
    const next = await source.next()
    if (next.done === true) break
    if (lines >= linesOfSheet) {
      rest = next.value
      break
    }
    piece += lineOf(next.value)
    lines += 1
    if (lines % linesAtOnce > 0) continue
    yield piece
    piece = ''
  }
  yield `${piece}</sheetData></worksheet>`
  onEnd(rest)
}

function lineOf(row: Row, style = ''): string {
  return `<row>${row.map((cell) => cellOf(cell, style)).join('')}</row>`
}

function cellOf(cell: Cell, style: string): string {
  if (cell === null || cell === '') return '<c/>'
  if (typeof cell === 'number') return `<c${style}><v>${cell}</v></c>`
  return `<c${style} t="inlineStr"><is><t xml:space="preserve">${xmlText(safeText(cell).slice(0, mostLetters))}</t></is></c>`
}

/** XML 1.0 has no place for most control signs and for halves of letters. */
function xmlText(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const ns = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relations = 'http://schemas.openxmlformats.org/package/2006/relationships'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

function contentTypes(sheets: number): string {
  return `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/>${numbers(
    sheets,
  )
    .map((number) => `<Override PartName="/xl/worksheets/sheet${number}.xml" ContentType="${types}.worksheet+xml"/>`)
    .join('')}</Types>`
}

const rootRelations = `${head}<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`

function workbook(sheets: number): string {
  const names = numbers(sheets).map(
    (number) => `<sheet name="Журнал${sheets > 1 ? ` ${number}` : ''}" sheetId="${number}" r:id="rId${number}"/>`,
  )
  return `${head}<workbook xmlns="${ns}" xmlns:r="${office}"><sheets>${names.join('')}</sheets></workbook>`
}

function workbookRelations(sheets: number): string {
  const list = numbers(sheets).map(
    (number) => `<Relationship Id="rId${number}" Type="${office}/worksheet" Target="worksheets/sheet${number}.xml"/>`,
  )
  return `${head}<Relationships xmlns="${relations}">${list.join('')}<Relationship Id="rId${sheets + 1}" Type="${office}/styles" Target="styles.xml"/></Relationships>`
}

/** The second style is bold, for the titles. */
const styles = `${head}<styleSheet xmlns="${ns}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>`
