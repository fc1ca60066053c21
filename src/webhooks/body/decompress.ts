import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { errorTable } from '../../lib/errors.ts'
import type { Warning } from '../mapping/warning.ts'
import type { BodyFailure } from './read-body.ts'

export const maxBodyBytes = 1024 * 1024
/** What can be read, searched for card numbers and mapped within two seconds. */
export const maxUnpackedBytes = 4 * 1024 * 1024

type Unpacked = { ok: true; bytes: Buffer; warnings: Warning[] } | BodyFailure

/** The bytes as they were before Content-Encoding. gzip is recognised by its magic bytes as well. */
export function decompress(raw: Buffer, contentEncoding: string | undefined): Unpacked {
  if (raw.length > maxBodyBytes) return { ok: false, code: 'body_too_large', message: errorTable.body_too_large.text }

  const declared = (contentEncoding ?? '').trim().toLowerCase()
  if (declared === '' || declared === 'identity') {
    return isGzip(raw) ? unpack(raw, gunzipSync, [unmarked]) : { ok: true, bytes: raw, warnings: [] }
  }
  if (looksLikeText(raw)) return { ok: true, bytes: raw, warnings: [notCompressed(declared)] }

  switch (declared) {
    case 'gzip':
    case 'x-gzip':
      return unpack(raw, gunzipSync, [])
    case 'deflate':
      return unpack(raw, inflateEither, [])
    case 'br':
      return unpack(raw, brotliDecompressSync, [])
    default:
      return {
        ok: false,
        code: 'content_type_unsupported',
        message: `Сжатие Content-Encoding: ${declared.slice(0, 30)} не поддерживается — сожмите тело gzip или отправьте без сжатия.`,
      }
  }
}

type Unpacker = (bytes: Buffer, options: { maxOutputLength: number }) => Buffer

function unpack(raw: Buffer, unpacker: Unpacker, warnings: Warning[]): Unpacked {
  try {
    return { ok: true, bytes: unpacker(raw, { maxOutputLength: maxUnpackedBytes }), warnings }
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      return {
        ok: false,
        code: 'body_too_large',
        message: 'Распакованное тело больше 4 МиБ — разделите пакет на части.',
      }
    }
    if (code === 'Z_BUF_ERROR' || code === 'ERR__ERROR_FORMAT_PADDING_1') {
      return {
        ok: false,
        code: 'json_truncated',
        message: 'Сжатое тело обрывается на середине — отправьте его целиком и не задавайте Content-Length вручную.',
      }
    }
    return {
      ok: false,
      code: 'json_invalid',
      message: 'Тело не распаковать — проверьте, что сжатие соответствует заголовку Content-Encoding.',
    }
  }
}

/** "deflate" means the zlib format (RFC 9110), but raw deflate is sent under that name as well. */
function inflateEither(bytes: Buffer, options: { maxOutputLength: number }): Buffer {
  const first = bytes[0] ?? 0
  const hasZlibHeader = (first & 0x0f) === 8 && (first * 256 + (bytes[1] ?? 0)) % 31 === 0
  return hasZlibHeader ? inflateSync(bytes, options) : inflateRawSync(bytes, options)
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** A proxy may unpack the body and leave the header. */
function looksLikeText(bytes: Buffer): boolean {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  return /^[\s]*[{[]["\s{[\]}]/.test(bytes.subarray(start, start + 40).toString('latin1'))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

const unmarked: Warning = {
  code: 'compression_unmarked',
  message: 'Тело сжато gzip, но заголовка Content-Encoding: gzip нет — добавьте его.',
}

function notCompressed(declared: string): Warning {
  return {
    code: 'compression_unmarked',
    message: `Заголовок Content-Encoding: ${declared.slice(0, 30)} есть, а тело не сжато — уберите заголовок.`,
  }
}
