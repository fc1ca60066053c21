import { type Cell, type Row, safeText, type Table } from './sheet.ts'

/** So many lines go out as one piece. */
const linesAtOnce = 200

/** As a Russian Excel opens it: UTF-8 with its mark, semicolons, a comma in numbers. */
export async function* csvOf({ titles, rows }: Table): AsyncGenerator<string> {
  let piece = `\ufeff${lineOf(titles)}`
  let count = 0
  for await (const row of rows) {
    piece += lineOf(row)
    count += 1
    if (count % linesAtOnce > 0) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

function lineOf(row: Row): string {
  return `${row.map(fieldOf).join(';')}\r\n`
}

function fieldOf(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell).replace('.', ',')
  const text = safeText(cell)
  return /[;,"\r\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
