import type { Filter } from './filter.ts'
import { momentFilters } from './moments.ts'
import { numberFilters } from './numbers.ts'
import { wordFilters } from './words.ts'

/** Everything that may stand after «|». Liquid's own filters are off: some lose kopecks, some can be made to eat memory. */
export const filters: readonly Filter[] = [...numberFilters, ...momentFilters, ...wordFilters]

export function filterNamed(name: string): Filter | undefined {
  return byName.get(name)
}

const byName = new Map(filters.flatMap((filter) => filter.names.map((name) => [name, filter])))
