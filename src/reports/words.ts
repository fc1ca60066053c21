import type { Column, Value } from './report.ts'

const space = '\u00a0'

/** A number as people read it: «84,3 %», «3 мин 5 с», «+4,2 п. п.». */
export function valueText(value: Value | undefined, { unit, absent = '—' }: Pick<Column, 'unit' | 'absent'>): string {
  if (value === null || value === undefined) return unit === 'text' ? '' : absent
  if (typeof value === 'string') return value
  switch (unit) {
    case 'share':
      return `${decimals(value * 100)}${space}%`
    case 'points':
      return `${value > 0 ? '+' : ''}${decimals(value * 100)}${space}п.${space}п.`
    case 'ms':
      return spanText(value)
    case 'rate':
      return decimals(value)
    case 'count':
    case 'text':
      return value.toLocaleString('ru')
  }
}

function decimals(value: number): string {
  return value.toLocaleString('ru', { maximumFractionDigits: 1 }).replace('-', '−')
}

function spanText(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toLocaleString('ru', { maximumFractionDigits: 2 })}${space}с`
  if (seconds < 60) return `${Math.round(seconds)}${space}с`
  if (seconds < 3600) return pair(Math.round(seconds), 60, 'мин', 'с')
  if (seconds < 48 * 3600) return pair(Math.round(seconds / 60), 60, 'ч', 'мин')
  return pair(Math.round(seconds / 3600), 24, 'дн.', 'ч')
}

function pair(amount: number, base: number, large: string, small: string): string {
  const rest = amount % base
  const whole = `${Math.floor(amount / base)}${space}${large}`
  return rest === 0 ? whole : `${whole} ${rest}${space}${small}`
}
