/** Markup that is safe to send: made by `html` only. */
export type Html = { readonly markup: string }

export type Part = Html | string | number | false | null | undefined | readonly Part[]

/** Whatever is put in is escaped, unless `html` made it; attribute values must stand in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.map((text, index) => text + markupOf(parts[index])).join('') }
}

export const nothing: Html = { markup: '' }

function markupOf(part: Part): string {
  if (part === undefined || part === null || part === false) return ''
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(part)
  if (isList(part)) return part.map(markupOf).join('')
  return part.markup
}

/** Array.isArray does not narrow a readonly array. */
function isList(part: Part): part is readonly Part[] {
  return Array.isArray(part)
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? '')
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
