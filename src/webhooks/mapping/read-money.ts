import type { ErrorCode } from '../../lib/errors.ts'
import { type Decimal, readDecimal, rounded, shifted } from './decimal.ts'
import type { FieldKey } from './profile.ts'
import { scalarsIn, titleFirst } from './raw.ts'
import { leavesOf, refuse, type Session, warn } from './session.ts'
import type { Leaf } from './understand.ts'

export type Money = { kopecks: bigint; leaf: Leaf }

type MoneyReading =
  | { kind: 'absent' }
  /** Roubles times ten to `scale`. */
  | { kind: 'money'; units: bigint; isExact: boolean }
  | { kind: 'invalid'; code: ErrorCode; message: string }

/** The first sum that is there: zero is 1C's way to say «none». Refuses what is no sum, and what is below zero. */
export function readMoney(session: Session, field: FieldKey, leaves = leavesOf(session, field)): Money | undefined {
  const found = firstSum(session, leaves)
  if (found === undefined) return undefined
  const { leaf, reading } = found
  if (reading.kind === 'invalid') {
    refuse(session, leaf, reading.code, reading.message)
    return undefined
  }
  if (!reading.isExact) {
    warn(
      session,
      leaf,
      'amount_rounded',
      `Поле «${leaf.name}»: в сумме больше двух знаков после запятой — округлена до копеек.`,
    )
  }
  session.used.add(leaf)
  return { kopecks: reading.units, leaf }
}

/** The same, without saying anything: for the answer about an event that is refused anyway. */
export function peekMoney(session: Session, field: FieldKey): bigint | undefined {
  const found = firstSum(session, leavesOf(session, field))
  if (found === undefined) return undefined
  return found.reading.kind === 'money' ? found.reading.units : undefined
}

function firstSum(session: Session, leaves: readonly Leaf[]) {
  for (const leaf of leaves) {
    const reading = moneyIn(session, leaf)
    if (reading.kind === 'absent' || (reading.kind === 'money' && reading.units === 0n)) continue
    return { leaf, reading }
  }
  return undefined
}

/** A sum in units of ten to minus `scale` roubles: kopecks unless a price needs more. */
export function moneyIn(session: Session, leaf: Leaf, scale = 2): MoneyReading {
  const scalar = scalarsIn(leaf.value, titleFirst)[0]
  if (scalar === undefined || (scalar.kind === 'text' && isNoSum(scalar.text))) return { kind: 'absent' }
  if (scalar.kind === 'boolean') return notASum(leaf)

  const both = /^(.*?)руб[а-я]*\.?\s*(\d{1,2})\s*коп[а-я]*\.?$/i.exec(scalar.text.slice(0, 80).trim())
  const number = readDecimal(both ? `${both[1]?.trim()}.${both[2]?.padStart(2, '0')}` : withPoint(scalar.text))
  if (number.kind === 'absent') return { kind: 'absent' }
  if (number.kind === 'invalid') return notASum(leaf)
  const isPlain = session.isCanonical || leaf.target.field.startsWith('bonus.')
  const unit = leaf.target.unit ?? (isPlain ? 'roubles' : amountUnit(session))
  if (scalar.kind === 'text' && number.isAmbiguous && unit !== 'kopecks') return ambiguous(leaf)
  return inUnits(shifted(number.value, unit === 'kopecks' ? -2 : 0), scale, leaf)
}

/** «14 500-00»: how payment orders write kopecks. */
function withPoint(text: string): string {
  return text.length <= 40 ? text.replace(/^(\s*\d[\d\s]*)[-=](\d{2}\s*)$/, '$1.$2') : text
}

function inUnits(roubles: Decimal, scale: number, leaf: Leaf): MoneyReading {
  const { value, isExact } = rounded(roubles, scale)
  const limit = maxRoubles * 10n ** BigInt(scale)
  if (value.units > limit || value.units < -limit) {
    return {
      kind: 'invalid',
      code: 'amount_invalid',
      message: `Поле «${leaf.name}»: сумма слишком велика — проверьте единицу (рубли или копейки).`,
    }
  }
  return { kind: 'money', units: value.units, isExact }
}

/** Twelve digits at most, so that no sum can be taken for a card number. */
const maxRoubles = 10n ** 11n

function amountUnit(session: Session): 'roubles' | 'kopecks' {
  const written = scalarsIn(leavesOf(session, 'amountUnit')[0]?.value, titleFirst)[0]?.text ?? ''
  if (/^(коп|kop|minor|cent|true$|истина$)/i.test(written.trim())) return 'kopecks'
  if (/^(руб|rou|rub|₽|major)/i.test(written.trim())) return 'roubles'
  return session.compiled.profile.moneyUnit
}

function isNoSum(text: string): boolean {
  return /^\s*(?:null|undefined|неопределено|нет|-|–|—|)\s*$/i.test(text.slice(0, 40))
}

function notASum(leaf: Leaf): MoneyReading {
  return {
    kind: 'invalid',
    code: 'amount_invalid',
    message: `Поле «${leaf.name}» — не сумма; ожидается число 14500.00 или строка "14 500,00".`,
  }
}

function ambiguous(leaf: Leaf): MoneyReading {
  return {
    kind: 'invalid',
    code: 'amount_invalid',
    message: `Поле «${leaf.name}»: сумму можно прочесть двояко — отделите копейки двумя знаками, например "14500.00".`,
  }
}

export function refuseNegative(session: Session, money: Money, shown: string): void {
  refuse(
    session,
    money.leaf,
    'amount_negative',
    `Поле «${money.leaf.name}» = ${shown} — сумма должна быть больше нуля; сторно клиенту не отправляется.`,
  )
}
