import { safeText } from './sheet/sheet.ts'

/**
 * A table for a spreadsheet in Russian: semicolons, decimal commas, and a byte order mark so that the letters are read. A
 * text that a spreadsheet would take for a formula is put behind an apostrophe.
 */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return `\ufeff${rows.map(csvLine).join('')}`
}

export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(cellText).join(';')}\r\n`
}

function cellText(cell: string | number): string {
  if (typeof cell === 'number') return String(cell).replace('.', ',')
  const safe = safeText(cell)
  return /[;,"\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
