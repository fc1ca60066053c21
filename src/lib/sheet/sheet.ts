/** A table that is written line by line, in whatever form. Texts are made harmless before they come here or by `safeText`. */
export type Cell = string | number | null
export type Row = readonly Cell[]

export type Table = {
  titles: readonly string[]
  /** Widths of the columns, in letters. */
  widths: readonly number[]
  rows: AsyncIterable<Row>
}

/**
 * A text that a spreadsheet will show and never run: a formula begins with one of these signs, also behind spaces, and in
 * some countries with their wide forms (OWASP, CSV injection).
 */
export function safeText(text: string): string {
  return /^[\s\u00a0]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) || /^[\t\r]/.test(text) ? `'${text}` : text
}
