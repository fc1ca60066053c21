import { decimalText, readDecimal, rounded, shifted } from './decimal.ts'
import { scalarsIn, titleFirst } from './raw.ts'
import { note, type Session, warn } from './session.ts'
import type { Leaf } from './understand.ts'

/** A weight in kilograms, or a percent; zero and what cannot be read are absent, the latter with a warning. */
export function readNumber(
  session: Session,
  leaves: readonly Leaf[],
  to: string,
  { unit, digits }: { unit?: 'tonnes' | undefined; digits: number },
): string | undefined {
  for (const leaf of leaves) {
    const scalar = scalarsIn(leaf.value, titleFirst)[0]
    if (scalar === undefined || scalar.kind === 'boolean') continue
    const text = scalar.text.slice(0, 100)
    const saysTonnes = scalar.kind === 'text' && tonnes.test(text)
    const number = readDecimal(saysTonnes ? text.replace(tonnes, '') : text)
    if (number.kind === 'absent') continue
    if (number.kind === 'invalid') {
      warn(session, leaf, 'field_ignored', `Поле «${leaf.name}» — не число; оно не учтено.`)
      continue
    }
    const inTonnes = saysTonnes || (leaf.target.unit ?? unit) === 'tonnes'
    const { value } = rounded(inTonnes ? shifted(number.value, 3) : number.value, digits)
    if (value.units === 0n) continue
    if (value.units < 0n || value.units >= 10n ** BigInt(9 + digits)) {
      warn(session, leaf, 'field_ignored', `Поле «${leaf.name}» — такого числа здесь не бывает; оно не учтено.`)
      continue
    }
    const result = decimalText(value)
    note(session, leaf, to, result)
    return result
  }
  return undefined
}

const tonnes = /\s*(?:т|тонна|тонны|тонн)\.?\s*$/i
