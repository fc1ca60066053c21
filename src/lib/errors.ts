/**
 * Every error a caller can meet: code, HTTP status, and the Russian sentence used when the place that found it has none
 * more precise. Codes are part of the public contract (§3.1).
 */
export const errorTable = {
  body_empty: { status: 400, text: 'Тело запроса пустое. Задайте тело JSON до отправки.' },
  json_invalid: { status: 400, text: 'Тело запроса не разобрать как JSON.' },
  json_truncated: { status: 400, text: 'JSON обрывается на середине: тело запроса отправлено не целиком.' },
  xdto_json: {
    status: 400,
    text: 'Тело записано через СериализаторXDTO. Соберите Структуру и запишите её обычным ЗаписатьJSON.',
  },
  http_invalid: {
    status: 400,
    text: 'Запрос не разобрать: русские буквы и пробелы в адресе и заголовках нужно закодировать.',
  },
  content_type_unsupported: {
    status: 415,
    text: 'Тип содержимого не поддерживается. Передайте JSON с заголовком Content-Type: application/json.',
  },
  event_unknown: { status: 422, text: 'Событие не опознано.' },
  status_unknown: { status: 422, text: 'Статус не сопоставлен ни с одним событием.' },
  amount_missing: { status: 422, text: 'Не указана сумма.' },
  amount_invalid: { status: 422, text: 'Сумму не разобрать.' },
  amount_negative: { status: 422, text: 'Сумма должна быть больше нуля; сторно клиенту не отправляется.' },
  phone_invalid: { status: 422, text: 'Телефон не разобрать.' },
  recipient_missing: { status: 422, text: 'Не указан получатель: нужен телефон или идентификатор клиента.' },
  date_empty: { status: 422, text: 'Дата пустая.' },
  date_invalid: { status: 422, text: 'Дату не разобрать.' },
  card_number_full: {
    status: 422,
    text: 'Похоже на полный номер карты. Передавайте только последние 4 цифры; запрос не сохранён.',
  },
  field_missing: { status: 422, text: 'Не хватает обязательного поля.' },
  field_invalid: { status: 422, text: 'Значение поля не подходит.' },
  id_reused: { status: 409, text: 'Событие с таким идентификатором уже принято с другим содержанием.' },
  conflict: { status: 409, text: 'Сейчас это сделать нельзя.' },
  batch_too_large: { status: 413, text: 'В пакете больше 1000 событий. Разделите его на части.' },
  body_too_large: { status: 413, text: 'Тело запроса больше 1 МиБ. Разделите пакет на части.' },
  unauthorized: { status: 401, text: 'Ключ не указан или неверен. Передайте заголовок Authorization: Bearer КЛЮЧ.' },
  signature_invalid: {
    status: 401,
    text: 'Подпись не указана или неверна. Ожидается X-Signature: sha256=<HMAC-SHA256 тела в hex>.',
  },
  forbidden: { status: 403, text: 'У этого ключа нет прав на такое действие.' },
  not_found: { status: 404, text: 'Такого адреса нет.' },
  method_not_allowed: { status: 405, text: 'Этот адрес не принимает такой метод.' },
  rate_limited: { status: 429, text: 'Слишком часто. Повторите после паузы из заголовка Retry-After.' },
  internal: { status: 500, text: 'Внутренняя ошибка. Запрос не выполнен; повторите позже или сообщите номер запроса.' },
  unavailable: { status: 503, text: 'Сохранить сейчас нельзя. Повторите после паузы из заголовка Retry-After.' },
} as const

export type ErrorCode = keyof typeof errorTable

/** Guarantee: the table is a constant of this file and has no other keys. */
export const errorCodes = Object.keys(errorTable) as ErrorCode[]

/** One thing wrong with one field, under the sender's own name for it. */
export type FieldError = {
  code: ErrorCode
  field?: string
  value?: string
  message: string
  /** In a text of several lines, counted from 1. */
  line?: number
  column?: number
}

/** An expected failure on its way to a caller. Carries no personal data in `message`. */
export class RequestError extends Error {
  readonly code: ErrorCode
  readonly errors: FieldError[]
  readonly retryAfterS: number | undefined

  constructor(code: ErrorCode, message?: string, more: { errors?: FieldError[]; retryAfterS?: number } = {}) {
    super(message ?? errorTable[code].text)
    this.code = code
    this.errors = more.errors ?? []
    this.retryAfterS = more.retryAfterS
  }

  get status(): number {
    return errorTable[this.code].status
  }
}
