import { type ErrorCode, errorTable, type FieldError } from '../lib/errors.ts'

/** The answer for one event of a request, in the order of the request. Keys are identifiers that 1C reads into a Структура. */
export type ItemResult =
  | { index: number; id: string; status: 'accepted' | 'duplicate'; warnings: AnswerWarning[] }
  | { index: number; status: 'rejected'; errors: FieldError[] }

export type AnswerWarning = { code: string; field?: string | undefined; message: string }

export type Answer = { status: number; body: Record<string, unknown> }

/** @param isBatch whether the sender posted an array: then every item gets its own result, whatever the others came to. */
export function answerFor(results: readonly ItemResult[], isBatch: boolean): Answer {
  const rejected = results.filter((each) => each.status === 'rejected')
  if (rejected.length < results.length || results.length === 0) {
    return { status: 200, body: { message: summary(results), results } }
  }
  const errors = rejected.flatMap((each) => each.errors)
  const code = errors[0]?.code ?? 'field_invalid'
  const body = { code, message: refusalMessage(errors, rejected.length), errors }
  if (isBatch) return { status: 422, body: { ...body, results } }
  return { status: statusOf(code), body }
}

function statusOf(code: ErrorCode): number {
  return code === 'id_reused' ? errorTable.id_reused.status : 422
}

export function refusalMessage(errors: readonly FieldError[], items: number): string {
  const first = errors[0]?.message ?? errorTable.field_invalid.text
  if (items > 1) return `Ни одно из ${items} событий не принято. Первая ошибка: ${first}`
  const more = errors.length - 1
  return more > 0 ? `${first} И ещё ошибок: ${more}, см. errors.` : first
}

function summary(results: readonly ItemResult[]): string {
  const count = (status: ItemResult['status']) => results.filter((each) => each.status === status).length
  const accepted = count('accepted')
  const duplicate = count('duplicate')
  const rejected = count('rejected')
  const warnings = results.reduce((sum, each) => sum + (each.status === 'rejected' ? 0 : each.warnings.length), 0)
  if (results.length === 1 && warnings === 0)
    return accepted === 1 ? 'Событие принято.' : 'Событие уже было принято раньше, повтор не нужен.'
  const parts = [
    `принято: ${accepted}`,
    ...(duplicate > 0 ? [`принято раньше: ${duplicate}`] : []),
    ...(rejected > 0 ? [`отклонено: ${rejected}, см. errors в results`] : []),
    ...(warnings > 0 ? [`предупреждений: ${warnings}, см. warnings в results`] : []),
  ]
  const text = parts.join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
