import type { ErrorCode } from '../../lib/errors.ts'
import type { Warning } from '../mapping/warning.ts'
import { cleanText, needsCleaning } from './clean.ts'
import { decode } from './decode.ts'
import { decompress } from './decompress.ts'
import { foreignFormat } from './foreign.ts'
import { parseJson } from './parse-json.ts'

export type BodyHeaders = { contentType?: string | undefined; contentEncoding?: string | undefined }

export type BodyFailure = { ok: false; code: ErrorCode; message: string; line?: number; column?: number }

/** `value` keeps numbers as LosslessNumber; `bytes` are decompressed, before decoding. */
export type BodyReading = { ok: true; value: unknown; bytes: Buffer; warnings: Warning[] } | BodyFailure

/** What was posted, as JSON, or one Russian sentence that tells a 1C programmer what to change. Never throws. */
export function readBody(raw: Buffer, headers: BodyHeaders = {}): BodyReading {
  if (raw.length === 0) return { ok: false, code: 'body_empty', message: emptyBody }

  const unpacked = decompress(raw, headers.contentEncoding)
  if (!unpacked.ok) return unpacked

  const decoded = decode(unpacked.bytes, headers.contentType)
  if (decoded.text.trim() === '') return { ok: false, code: 'body_empty', message: emptyBody }

  const foreign = foreignFormat(decoded.text, headers.contentType)
  if (!foreign.ok) return foreign

  const parsed = parseJson(decoded.text)
  if (!parsed.ok) return parsed

  const warnings = [...unpacked.warnings, ...decoded.warnings, ...foreign.warnings, ...parsed.warnings]
  if (!needsCleaning(decoded.text)) return { ok: true, value: parsed.value, bytes: unpacked.bytes, warnings }
  const cleaned = cleanText(parsed.value)
  return { ok: true, value: cleaned.value, bytes: unpacked.bytes, warnings: [...warnings, ...cleaned.warnings] }
}

const emptyBody =
  'Тело запроса пустое — задайте тело JSON до отправки (УстановитьТелоИзСтроки) и проверьте, что строка не пуста.'
