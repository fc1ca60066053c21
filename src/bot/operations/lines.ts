import type { ScrapItem } from '../../events/event.ts'
import { isSame, minus, rounded, times } from '../../lib/decimal.ts'
import { formatMoney, formatPercent, formatWeight, sumOfDecimals } from '../../lib/russian/numbers.ts'
import { oneLine } from '../../lib/russian/text.ts'

/** Messengers take about four thousand signs, and more than this nobody reads. */
const mostSigns = 2_800

/** The positions of an act line by line, so that its sum explains itself. Never a sum that the act does not name. Pure. */
export function itemLines(items: readonly ScrapItem[], amount: string | undefined, currency?: string): string[] {
  const blocks = items.map((item, index) => itemText(item, index + 1, currency))
  const shown: string[] = []
  for (const block of blocks) {
    if (shown.join('\n').length + block.length > mostSigns) break
    shown.push(block)
  }
  const left = blocks.length - shown.length
  return [...shown, ...(left > 0 ? [`… и ещё позиций: ${left}.`] : []), ...totalLines(items, amount, currency)]
}

function itemText(item: ScrapItem, number: number, currency: string | undefined): string {
  const lines = [weightLine(item), contaminationLine(item), priceLine(item, currency)].filter(
    (line) => line !== undefined,
  )
  return [`${number}. ${oneLine(item.material ?? '') || 'Лом'}`, ...lines.map((line) => `   ${line}`)].join('\n')
}

function weightLine({ grossKg, tareKg }: ScrapItem): string | undefined {
  if (grossKg === undefined) return undefined
  if (tareKg === undefined) return `брутто ${formatWeight(grossKg)}`
  const left = minus(grossKg, tareKg)
  const result = left === undefined ? '' : ` = ${formatWeight(left)}`
  return `брутто ${formatWeight(grossKg)} − тара ${formatWeight(tareKg)}${result}`
}

function contaminationLine({ grossKg, tareKg, contaminationPct, netKg }: ScrapItem): string | undefined {
  if (contaminationPct === undefined) return undefined
  const clean = grossKg === undefined ? undefined : minus(grossKg, tareKg ?? '0')
  const off = clean === undefined ? undefined : hundredth(times(clean, contaminationPct))
  const isExact =
    clean !== undefined && off !== undefined && netKg !== undefined && isSame(minus(clean, off) ?? '', netKg, 3)
  return isExact && off !== undefined
    ? `засор ${formatPercent(contaminationPct)} — минус ${formatWeight(rounded(off, 3) ?? off)}`
    : `засор ${formatPercent(contaminationPct)}`
}

function hundredth(decimal: string | undefined): string | undefined {
  return decimal === undefined ? undefined : times(decimal, '0.01')
}

/** Where weight times price is not the sum of the act, nothing is said to be equal. */
function priceLine({ netKg, pricePerKg, amount }: ScrapItem, currency: string | undefined): string | undefined {
  const weight = netKg === undefined ? undefined : `нетто ${formatWeight(netKg)}`
  const price = pricePerKg === undefined ? undefined : `${formatMoney(pricePerKg, currency)} за кг`
  const sum = amount === undefined ? undefined : formatMoney(amount, currency)
  const product = netKg !== undefined && pricePerKg !== undefined ? times(netKg, pricePerKg) : undefined
  const factors = [weight, price].filter((part) => part !== undefined).join(' × ')
  if (sum === undefined) return factors === '' ? undefined : factors
  if (factors === '') return `сумма ${sum}`
  const isExact = product !== undefined && amount !== undefined && isSame(product, amount, 2)
  return isExact ? `${factors} = ${sum}` : `${factors}; по акту ${sum}`
}

function totalLines(items: readonly ScrapItem[], amount: string | undefined, currency: string | undefined): string[] {
  const sum = items.length === 0 ? undefined : sumOfDecimals(items.map((each) => each.amount))
  if (amount === undefined) return sum === undefined ? [] : [`Итого по позициям: ${formatMoney(sum, currency)}`]
  if (sum === undefined || isSame(sum, amount, 2)) return [`Итого по акту: ${formatMoney(amount, currency)}`]
  return [
    `Итого по позициям: ${formatMoney(sum, currency)}`,
    `Сумма акта: ${formatMoney(amount, currency)}. Почему она другая, площадка нам не передала.`,
  ]
}
