import { LRUCache } from 'lru-cache'
import { metalInGenitive, metalOf } from '../../lib/russian/metals.ts'
import { listed, lowerFirst, oneLine, quoted, spellingKey } from '../../lib/russian/text.ts'
import type { Facts, TemplateItem } from '../facts.ts'

type Material = { name?: string; genitive?: string }

/** More kinds than this in one sentence are named as «и других». */
const mostNamed = 4

/**
 * «меди и латуни», or «(«Кусок 3», «латунь»)» when one of them cannot be declined: right after the words «за лом» either way.
 */
export function genitiveOf(materials: readonly Material[]): string | null {
  if (materials.length === 0) return null
  const named = materials.length > mostNamed ? materials.slice(0, mostNamed - 1) : materials
  const genitives = named.flatMap((material) => material.genitive ?? [])
  if (genitives.length < named.length) {
    const names = named.map((material) => quoted(material.name ?? material.genitive ?? ''))
    return `(${names.join(', ')}${named === materials ? '' : ' и другое'})`
  }
  return named === materials ? listed(genitives) : `${genitives.join(', ')} и других видов`
}

/** For the filter: `text` is what `{{ материал }}` showed, one kind of it, or any word of the author's. Source's own words go first. */
export function genitiveFor(facts: Facts, text: string): string {
  const materials = materialsOf(facts)
  if (namesOf(materials) === text) return genitiveOf(materials) ?? text
  const key = spellingKey(text)
  const own = materials.find((material) => spellingKey(material.name ?? '') === key)
  return genitiveOf([own ?? materialOf({ material: text }) ?? { name: text }]) ?? text
}

/** The source's own genitive goes first: it knows its catalogue better than our dictionary. */
export function materialOf(item: TemplateItem): Material | undefined {
  if (item.material === undefined && item.materialGenitive === undefined) return undefined
  const key = `${item.material ?? ''}\n${item.materialGenitive ?? ''}`
  let material = materialCache.get(key)
  if (!material) {
    material = declinedMaterial(oneLine(item.material ?? ''), oneLine(item.materialGenitive ?? ''))
    materialCache.set(key, material)
  }
  return material.name === undefined && material.genitive === undefined ? undefined : material
}

/** A yard buys the same few dozen kinds all day. */
const materialCache = new LRUCache<string, Material>({ max: 1000 })

function declinedMaterial(material: string, ownGenitive: string): Material {
  const own = ownGenitive.replace(/^лома\s+/iu, '').replace(/[\s.,;:]+$/u, '')
  const metal =
    material === '' ? metalInGenitive(own) : (metalOf(material) ?? metalOf(material.replace(/[\s.,;:]+$/u, '')))
  // «за лом медного лома» says it twice: such a genitive is no better than none.
  const isOwnUsed = own !== '' && !/(?<!\p{L})(?:металло)?лома(?!\p{L})/iu.test(own)
  const genitive = isOwnUsed ? (metalInGenitive(own)?.genitive ?? lowerFirst(own)) : metal?.genitive
  const name = metal?.nominative ?? material
  return { ...(name === '' ? {} : { name }), ...(genitive === undefined ? {} : { genitive }) }
}

export function materialsOf(facts: Facts): Material[] {
  const items = itemsOf(facts)
  const [only] = items
  if (items.length === 1 && only) {
    const material = materialOf(only)
    return material ? [material] : []
  }
  const found = new Map<string, Material>()
  for (const item of items) {
    const material = materialOf(item)
    if (!material) continue
    const key = spellingKey(material.name ?? material.genitive ?? '')
    if (!found.has(key)) found.set(key, material)
  }
  return [...found.values()]
}

export function namesOf(materials: readonly Material[]): string | null {
  const names = materials.flatMap((material) => (material.name === undefined ? [] : [lowerFirst(material.name)]))
  return names.length === 0 ? null : names.join(', ')
}

export function itemsOf({ event }: Facts): readonly TemplateItem[] {
  return event.operation?.items ?? []
}
