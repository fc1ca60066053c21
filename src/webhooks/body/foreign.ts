import type { Warning } from '../mapping/warning.ts'
import type { BodyFailure } from './read-body.ts'

type Verdict = { ok: true; warnings: Warning[] } | BodyFailure

/** Lets through whatever begins as JSON, whatever its Content-Type; names XML, forms and multipart for what they are. */
export function foreignFormat(text: string, contentType: string | undefined): Verdict {
  const start = text.trimStart().slice(0, 2000)
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

  if (/^[{["]/.test(start)) return { ok: true, warnings: warningsAbout(type) }
  if (start.startsWith('<')) return unsupported(xmlAdvice)
  if (type.startsWith('multipart/') || /^--[\w'()+,./:=?-]{1,70}\r?\n/.test(start)) return unsupported(multipartAdvice)
  if (type === 'application/x-www-form-urlencoded' || isForm(start)) return unsupported(formAdvice)
  if (type.includes('xml')) return unsupported(xmlAdvice)
  if (type !== '' && !isJsonLike(type)) return unsupported(otherAdvice(type))
  return { ok: true, warnings: [] }
}

function isForm(start: string): boolean {
  return /^[\w%+.\-[\]а-яё]{1,100}=[^\s{}"]*(?:&|$)/i.test(start)
}

function isJsonLike(type: string): boolean {
  return (
    type.includes('json') || type === 'text/plain' || type === 'application/octet-stream' || type.includes('javascript')
  )
}

function warningsAbout(type: string): Warning[] {
  if (type === '' || type.includes('json')) return []
  return [
    {
      code: 'content_type',
      message: `Content-Type: ${type.slice(0, 60)} — тело принято как JSON; укажите application/json; charset=utf-8.`,
    },
  ]
}

function unsupported(message: string): BodyFailure {
  return { ok: false, code: 'content_type_unsupported', message }
}

const advice = 'соберите Структуру, запишите её ЗаписатьJSON и отправьте с Content-Type: application/json'
const xmlAdvice = `Пришёл XML, а нужен JSON — ${advice}.`
const formAdvice = `Пришла форма (поле=значение), а нужен JSON — ${advice}.`
const multipartAdvice = `Пришла форма multipart, а нужен JSON в теле запроса — ${advice}.`
const otherAdvice = (type: string) => `Пришло содержимое типа ${type.slice(0, 60)}, а нужен JSON — ${advice}.`
