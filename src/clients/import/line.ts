import { type Civil, instantOf, isCivil } from '../../lib/moment.ts'
import { readPhone } from '../../lib/phone.ts'
import type { Purpose } from '../client.ts'
import type { NewClient } from '../store.ts'
import type { TableLine } from './table.ts'

export type ImportedConsent = { purpose: Purpose; granted: boolean; at: Date }
export type ImportedClient = { line: number; client: NewClient; consents: ImportedConsent[] }
export type LineReading = { ok: true; value: ImportedClient } | { ok: false; line: number; cause: string }

/** One line of the table as a client, or why it is none: the whole line is left out then, so that nothing is half true. */
export function readLine({ line, cells }: TableLine, zone: string, now: Date): LineReading {
  const refuse = (cause: string): LineReading => ({ ok: false, line, cause })
  const { externalId, fullName, branch: branchCode } = cells
  if ((externalId?.length ?? 0) > 100) return refuse('идентификатор длиннее 100 знаков')
  if ((fullName?.length ?? 0) > 200) return refuse('имя длиннее 200 знаков')
  if ((branchCode?.length ?? 0) > 200) return refuse('код площадки длиннее 200 знаков')
  if (/^cli_/.test(externalId ?? '')) return refuse('идентификатор не может начинаться с cli_: так начинаются наши')
  const phone = readPhone(cells.phone ?? '')
  if (phone.kind === 'invalid') return refuse(`телефон не разобрать: цифр ${phone.digits}`)
  if (phone.kind === 'absent' && externalId === undefined) return refuse('нет ни идентификатора, ни телефона')
  const consents: ImportedConsent[] = []
  for (const purpose of ['service', 'advertising'] as const) {
    const read = readConsent(cells[purpose], cells[`${purpose}At`], zone, now)
    if (typeof read === 'string') return refuse(`${purposeWords[purpose]}: ${read}`)
    if (read) consents.push({ purpose, ...read })
  }
  const client = { externalId, fullName, branchCode, ...(phone.kind === 'phone' ? { phone: phone.phone } : {}) }
  return { ok: true, value: { line, client, consents } }
}

const purposeWords = { service: 'согласие на сообщения', advertising: 'согласие на рекламу' } as const

/** «да» and a date beside it, or the date alone. A consent without a date proves nothing, and could overrule a «/stop». */
function readConsent(
  word: string | undefined,
  date: string | undefined,
  zone: string,
  now: Date,
): { granted: boolean; at: Date } | string | undefined {
  if (word === undefined && date === undefined) return undefined
  const own = word === undefined ? undefined : momentIn(word, zone)
  const granted = own !== undefined || word === undefined ? true : truthOf(word)
  if (granted === undefined) return 'ожидается «да», «нет» или дата'
  const at = date === undefined ? own : momentIn(date, zone)
  if (at === undefined) return date === undefined ? 'нет даты' : 'дату не разобрать, ожидается ДД.ММ.ГГГГ'
  if (at > now) return 'дата в будущем'
  return { granted, at }
}

function truthOf(word: string): boolean | undefined {
  if (/^(да|есть|1|true|yes|\+)$/i.test(word)) return true
  if (/^(нет|0|false|no|-)$/i.test(word)) return false
  return undefined
}

/** «23.11.2025», «23.11.2025 12:43:00», «2025-11-23», «2025-11-23T12:43:00+03:00». */
function momentIn(text: string, zone: string): Date | undefined {
  if (/^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:?\d\d)$/.test(text)) {
    const at = new Date(text)
    return Number.isNaN(at.getTime()) ? undefined : at
  }
  const russian = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T](\d{1,2}):(\d\d)(?::(\d\d))?)?$/.exec(text)
  const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text)
  const [, a = '', month = '', b = '', hour = '0', minute = '0', second = '0'] = russian ?? iso ?? []
  if (a === '') return undefined
  const [year, day] = russian ? [b, a] : [a, b]
  const civil: Civil = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
  }
  return isCivil(civil) ? new Date(instantOf(civil, zone)) : undefined
}
