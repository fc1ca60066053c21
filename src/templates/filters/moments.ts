import { clockText, dayText, parseDay, parseMoment, wallTime } from '../../lib/russian/time.ts'
import type { Facts } from '../facts.ts'
import { type Filter, textFilter } from './filter.ts'

/** For dates an author writes himself, such as the end of an action; what is no date passes unchanged. */
export const momentFilters: readonly Filter[] = [
  {
    names: ['дата', 'date'],
    description: 'Дата ГГГГ-ММ-ДД словами; год — если он не текущий',
    example: { template: "{{ '2025-12-31' | дата }}", result: '31 декабря' },
    apply: textFilter((text, _, facts) => dateText(text, facts)),
  },
  {
    names: ['время', 'time'],
    description: 'Часы и пояс площадки',
    example: { template: "{{ '2025-11-23T09:43:00Z' | время }}", result: '12:43 МСК' },
    apply: textFilter((text, _, { zone }) => {
      const at = momentIn(text)
      return at ? clockText(wallTime(at, zone), zone) : text
    }),
  },
]

function dateText(text: string, { now, zone }: Facts): string {
  const at = momentIn(text)
  const day = at ? wallTime(at, zone) : /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseDay(text) : undefined
  return day ? dayText(day, wallTime(now, zone).year) : text
}

function momentIn(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined
  return parseMoment(text)
}
