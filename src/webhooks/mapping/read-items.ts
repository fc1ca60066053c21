import type { ScrapItem } from '../../events/event.ts'
import { decimalOf } from '../../lib/money.ts'
import { compact } from './compact.ts'
import { decimalText, rounded, shifted } from './decimal.ts'
import type { FieldKey } from './profile.ts'
import { scalarsIn, titleFirst } from './raw.ts'
import { moneyIn } from './read-money.ts'
import { itemPath, readText } from './read-text.ts'
import { readNumber } from './read-weight.ts'
import { note, type Session, warn } from './session.ts'
import type { Leaf } from './understand.ts'

/** `totalKopecks` is known when every item has its sum. */
export type ItemsRead = { items: ScrapItem[]; totalKopecks: bigint | undefined }

/** The rows of the table, or the one item whose fields stand beside the event's own. */
export function readItems(session: Session): ItemsRead {
  const rows = session.rows.length > 0 ? session.rows.map((row) => row.fields) : [session.fields]
  if (rows.length > maxItems) {
    warn(session, undefined, 'field_ignored', `Позиций больше ${maxItems} — остальные не учтены.`)
  }
  const read = rows.slice(0, maxItems).map((fields) => readItem(session, fields))
  const items = read.map(({ item }) => item).filter((item) => Object.keys(item).length > 0)
  const sums = read.map(({ kopecks }) => kopecks)
  const isComplete =
    session.rows.length > 0 && session.rows.length <= maxItems && sums.every((sum) => sum !== undefined)
  return { items, totalKopecks: isComplete ? sums.reduce((total, sum) => total + (sum ?? 0n), 0n) : undefined }
}

const maxItems = 100

function readItem(session: Session, fields: Map<FieldKey, Leaf[]>): { item: ScrapItem; kopecks: bigint | undefined } {
  const leaves = (field: FieldKey) => fields.get(field) ?? []
  const unit = weightUnit(leaves('item.unit'))
  const weight = (field: FieldKey) => readNumber(session, leaves(field), itemPath(field), { unit, digits: 6 })
  const amount = readItemMoney(session, leaves('item.amount'), 2)
  const item: ScrapItem = compact({
    material: readText(session, 'item.material', 200, leaves('item.material')),
    materialGenitive: readText(session, 'item.materialGenitive', 200, leaves('item.materialGenitive')),
    grossKg: weight('item.grossKg'),
    tareKg: weight('item.tareKg'),
    contaminationPct: readNumber(session, leaves('item.contaminationPct'), itemPath('item.contaminationPct'), {
      digits: 4,
    }),
    netKg: weight('item.netKg'),
    pricePerKg: readPrice(session, leaves('item.pricePerKg'), unit),
    amount: amount && decimalOf(amount.kopecks),
  })
  return { item, kopecks: amount?.kopecks }
}

function weightUnit(leaves: readonly Leaf[]): 'tonnes' | undefined {
  const written = scalarsIn(leaves[0]?.value, titleFirst)[0]?.text ?? ''
  return /^\s*(?:т|тн|тонна|тонны|тонн|t|ton|tonne|tonnes|168)\.?\s*$/i.test(written.slice(0, 40))
    ? 'tonnes'
    : undefined
}

/** Sums and prices of items are shown, not paid: what is no sum is left out with a warning. */
function readItemMoney(
  session: Session,
  leaves: readonly Leaf[],
  scale: number,
): { kopecks: bigint; leaf: Leaf } | undefined {
  for (const leaf of leaves) {
    const reading = moneyIn(session, leaf, scale)
    if (reading.kind === 'absent') continue
    if (reading.kind === 'invalid' || reading.units < 0n) {
      warn(session, leaf, 'field_ignored', `Поле «${leaf.name}» — не сумма; оно не учтено.`)
      continue
    }
    if (reading.units === 0n) continue
    note(session, leaf, itemPath(leaf.target.field), decimalText({ units: reading.units, scale }, 2))
    return { kopecks: reading.units, leaf }
  }
  return undefined
}

/** Ferrous scrap is priced by the tonne, copper by the kilogram. */
function readPrice(session: Session, leaves: readonly Leaf[], unit: 'tonnes' | undefined): string | undefined {
  const price = readItemMoney(session, leaves, 6)
  if (price === undefined) return undefined
  const written = scalarsIn(price.leaf.value, titleFirst)[0]?.text ?? ''
  const perTonne = /\/\s*т/i.test(written.slice(0, 80)) || (price.leaf.target.unit ?? unit) === 'tonnes'
  const value = { units: price.kopecks, scale: 6 }
  const perKg = rounded(perTonne ? shifted(value, -3) : value, 6).value
  return perKg.units === 0n ? undefined : decimalText(perKg, 2)
}
