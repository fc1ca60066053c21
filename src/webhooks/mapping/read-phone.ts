import { readPhone as readNumber } from '../../lib/phone.ts'
import { decimalText, readDecimal } from './decimal.ts'
import { isRecord, type Scalar, scalarOf, scalarsIn } from './raw.ts'
import { leavesOf, note, refuse, type Session, warn } from './session.ts'
import type { Leaf } from './understand.ts'

/** E.164. A phone that cannot be read is an error, unless the client is known by id: then it is told and left out. */
export function readPhone(session: Session, hasClientId: boolean): string | undefined {
  for (const leaf of leavesOf(session, 'client.phone')) {
    const reading = readNumber(writtenIn(leaf.value))
    if (reading.kind === 'absent') continue
    if (reading.kind === 'invalid') {
      const message = invalidMessage(leaf, reading)
      if (!hasClientId) refuse(session, leaf, 'phone_invalid', message)
      else
        warn(
          session,
          leaf,
          'phone_ignored',
          `${message} Телефон не учтён: получатель найден по идентификатору клиента.`,
        )
      return undefined
    }
    if (reading.others > 0) {
      const which = reading.isMobile ? 'первый мобильный' : 'первый'
      warn(session, leaf, 'phones_several', `Поле «${leaf.name}»: номеров несколько — взят ${which}.`)
    } else if (!reading.isMobile) {
      warn(
        session,
        leaf,
        'phone_landline',
        `Поле «${leaf.name}»: это не мобильный номер — мессенджера на нём может не быть.`,
      )
    }
    note(session, leaf, 'client.phone', reading.phone)
    return reading.phone
  }
  return undefined
}

function writtenIn(value: unknown): string {
  const simple = scalarOf(value)
  if (simple !== undefined) return plainNumber(simple)
  if (Array.isArray(value)) return value.slice(0, 20).map(entryIn).join('; ')
  return entryIn(value)
}

/** Contact information of БСП is a table of {Тип, Представление}: addresses and mail are no phones. */
function entryIn(value: unknown): string {
  if (isRecord(value) && /почт|mail|адрес|address|сайт|skype/i.test(Object.values(value).map(shortText).join(' ')))
    return ''
  return scalarsIn(value, phoneFirst).map(plainNumber)[0] ?? ''
}

const phoneFirst = [
  'номертелефона',
  'телефон',
  'номер',
  'phone',
  'number',
  'представление',
  'presentation',
  'значение',
  'value',
  '#value',
]

function shortText(value: unknown): string {
  return scalarOf(value)?.text.slice(0, 60) ?? ''
}

/** A phone as a JSON number may have come through a spreadsheet: 7.9031234567E10. */
function plainNumber({ kind, text }: Scalar): string {
  if (kind === 'boolean') return ''
  if (kind === 'text' && !/^\d[.,]\d{5,12}e\+?1\d$/i.test(text.trim())) return text
  const number = readDecimal(text)
  return number.kind === 'decimal' ? decimalText(number.value) : text
}

/** Names the field and the count, never the number: a message may be logged. */
function invalidMessage(leaf: Leaf, { digits, expected }: { digits: number; expected?: number }): string {
  const field = `Поле «${leaf.name}»`
  const example = 'ожидается номер вида +79031234567'
  if (expected !== undefined) return `${field}: ${digits} ${digitsWord(digits)} вместо ${expected} — ${example}.`
  return `${field}: такого номера нет (${digits} ${digitsWord(digits)}) — ${example}.`
}

function digitsWord(count: number): string {
  const forms: Record<string, string> = { one: 'цифра', few: 'цифры' }
  return forms[new Intl.PluralRules('ru').select(count)] ?? 'цифр'
}
