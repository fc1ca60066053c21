/**
 * Reads HTML the way the Bot API does: few tags, four named references, no recovery. Returns what the client sees, or
 * Telegram's own complaint. Behaviour: tdlib/td, MessageEntity.cpp, parse_html.
 */
export function parseHtml(html: string): { text: string } | { complaint: string } {
  const open: string[] = []
  let text = ''
  let at = 0
  while (at < html.length) {
    const stop = matchAt(/[<&]/g, html, at)?.index ?? html.length
    text += html.slice(at, stop)
    at = stop
    if (at === html.length) break
    if (html[at] === '&') {
      const reference = readReference(html, at)
      text += reference.text
      at = reference.end
      continue
    }
    const tag = html[at + 1] === '/' ? readEndTag(html, at, open.at(-1)) : readStartTag(html, at)
    if ('complaint' in tag) return tag
    if (tag.opens === undefined) open.pop()
    else open.push(tag.opens)
    at = tag.end
  }
  const unclosed = open.at(-1)
  if (unclosed !== undefined) return { complaint: `Can't find end tag corresponding to start tag "${unclosed}"` }
  return { text }
}

type Tag = { end: number; opens?: string } | { complaint: string }

const knownTags = new Set(
  'a b strong i em s strike del u ins tg-spoiler tg-emoji tg-time span pre code blockquote'.split(' '),
)

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' }

function readReference(html: string, at: number): { text: string; end: number } {
  const match = matchAt(/&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?/y, html, at)
  const [whole = '&', hex, decimal, name] = match ?? []
  const code = hex ? Number.parseInt(hex, 16) : decimal ? Number.parseInt(decimal, 10) : 0
  if (code > 0 && code < 0x10ffff) return { text: String.fromCodePoint(code), end: at + whole.length }
  const text = name === undefined ? undefined : named[name]
  return text === undefined ? { text: '&', end: at + 1 } : { text, end: at + whole.length }
}

function readStartTag(html: string, at: number): Tag {
  const name = matchAt(/<([^\s>]*)/y, html, at)?.[1]?.toLowerCase() ?? ''
  let end = at + 1 + name.length
  if (end >= html.length) return { complaint: `Unclosed start tag at ${offset(html, at)}` }
  if (!knownTags.has(name)) return { complaint: `Unsupported start tag "${name}" at ${offset(html, at)}` }
  let isSpoiler = false
  while (html[end] !== '>') {
    const attribute = matchAt(/\s*([^\s=>"'/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.-]+(?=[\s>])))?\s*/y, html, end)
    const blank = matchAt(/\s+(?=>)/y, html, end)
    if (!attribute && !blank) return { complaint: `Unclosed start tag "${name}" at ${offset(html, at)}` }
    isSpoiler ||= attribute?.[1] === 'class' && attribute[2]?.slice(1, -1) === 'tg-spoiler'
    end += (blank ?? attribute)?.[0].length ?? 0
    if (end >= html.length) return { complaint: `Unclosed start tag "${name}" at ${offset(html, at)}` }
  }
  if (name === 'span' && !isSpoiler) {
    return { complaint: `Tag "span" must have class "tg-spoiler" at ${offset(html, at)}` }
  }
  return { end: end + 1, opens: name }
}

function readEndTag(html: string, at: number, expected: string | undefined): Tag {
  if (expected === undefined) return { complaint: `Unexpected end tag at ${offset(html, at)}` }
  const match = matchAt(/<\/([^\s>]*)\s*>/y, html, at)
  if (!match) return { complaint: `Unclosed end tag at ${offset(html, at)}` }
  const name = match[1]?.toLowerCase() ?? ''
  if (name !== '' && name !== expected) {
    return { complaint: `Unmatched end tag at ${offset(html, at)}, expected "</${expected}>", found "</${name}>"` }
  }
  return { end: at + match[0].length }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function offset(html: string, at: number): string {
  return `byte offset ${Buffer.byteLength(html.slice(0, at))}`
}

/** What Telegram does to any text: control characters become spaces, \r and U+2028…202E vanish, the ends are trimmed (td/telegram/misc.cpp). */
export function cleaned(text: string): string {
  return text
    .replace(/\r|[\u2028-\u202e]|[\u0333\u033f\u030a]/g, '')
    .replace(/[\p{Cc}]/gu, (c) => (c === '\n' || c > '\u001f' ? c : ' '))
    .replace(/^[ \n]+|[ \n]+$/g, '')
}
