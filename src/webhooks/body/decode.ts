import type { Warning } from '../mapping/warning.ts'

type Decoded = { text: string; warnings: Warning[] }

/**
 * Text without BOM. Real windows-1251 text is never valid UTF-8 as a whole, so valid UTF-8 wins over a declared charset,
 * and what is not valid UTF-8 is read as declared, else as windows-1251.
 */
export function decode(bytes: Buffer, contentType: string | undefined): Decoded {
  const byMark = utf16Of(bytes)
  if (byMark !== undefined) return { text: byMark, warnings: [] }

  const declared = charsetOf(contentType)
  const utf8 = tryDecode('utf-8', bytes)
  if (utf8 !== undefined && !utf8.includes('\u0000')) {
    const isContradicted = declared !== undefined && !isUtf8(declared) && utf8.length < bytes.length
    return { text: utf8, warnings: isContradicted ? [actuallyUtf8(declared)] : [] }
  }

  const unmarked = utf16WithoutMark(bytes)
  if (unmarked !== undefined) return { text: unmarked, warnings: [guessed('UTF-16')] }
  if (declared !== undefined && !isUtf8(declared)) {
    const asDeclared = tryDecode(declared, bytes)
    if (asDeclared !== undefined) return { text: asDeclared, warnings: [] }
  }
  return { text: new TextDecoder('windows-1251').decode(bytes), warnings: [guessed('windows-1251')] }
}

function utf16Of(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return undefined
}

function utf16WithoutMark(bytes: Buffer): string | undefined {
  if (bytes[0] !== 0 && bytes[1] === 0) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0 && bytes[1] !== 0) return new TextDecoder('utf-16be').decode(bytes)
  return undefined
}

function charsetOf(contentType: string | undefined): string | undefined {
  const match = /charset\s*=\s*["']?([\w.:-]{1,40})/i.exec((contentType ?? '').slice(0, 500))
  return match?.[1]?.toLowerCase()
}

function isUtf8(charset: string): boolean {
  return charset === 'utf-8' || charset === 'utf8'
}

function tryDecode(charset: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(aliases[charset] ?? charset, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const aliases: Record<string, string | undefined> = {
  cp1251: 'windows-1251',
  win1251: 'windows-1251',
  '1251': 'windows-1251',
  cp866: 'ibm866',
}

function guessed(charset: string): Warning {
  return {
    code: 'charset_guessed',
    message: `Тело прочитано как ${charset} — укажите кодировку в Content-Type или отправляйте UTF-8.`,
  }
}

function actuallyUtf8(declared: string): Warning {
  return {
    code: 'charset_guessed',
    message: `В Content-Type указана кодировка ${declared}, а тело в UTF-8 — исправьте заголовок.`,
  }
}
