import { type Compiled, moneyFields, type Target, targetOf } from './compile.ts'
import { keyOf } from './names.ts'
import type { FieldKey, Scope } from './profile.ts'
import { isPresentation, isRecord } from './raw.ts'

/** A value found under a name of the profile. `name` is the sender's own full name for it. */
export type Leaf = { name: string; value: unknown; target: Target; order: number }
export type Row = { name: string; fields: Map<FieldKey, Leaf[]> }

export type Understanding = {
  fields: Map<FieldKey, Leaf[]>
  rows: Row[]
  /** The sender's names that the profile does not know. */
  unknown: string[]
  isTooBig: boolean
}

const maxDepth = 16
const maxNames = 3000

type Place = { name: string; path: string; key: string; scope: Scope | undefined; isForeign: boolean; depth: number }

/** Sorts an event's values by what the profile says that their names mean. */
export function understand(compiled: Compiled, raw: Record<string, unknown>): Understanding {
  const found: Understanding = { fields: new Map(), rows: [], unknown: [], isTooBig: false }
  const budget = { names: maxNames }
  visit(
    raw,
    { name: '', path: '', key: '', scope: undefined, isForeign: false, depth: 0 },
    { compiled, found, fields: found.fields, budget },
  )
  for (const leaves of found.fields.values()) leaves.sort(byRank)
  for (const row of found.rows) for (const leaves of row.fields.values()) leaves.sort(byRank)
  found.isTooBig = budget.names < 0
  return found
}

type Walk = { compiled: Compiled; found: Understanding; fields: Map<FieldKey, Leaf[]>; budget: { names: number } }

function visit(value: Record<string, unknown>, place: Place, walk: Walk): void {
  if (place.depth > maxDepth) return
  for (const [key, inner] of Object.entries(value)) {
    if (walk.budget.names-- < 0) return
    const dot = key.indexOf('.')
    const isDotted = dot > 0 && dot < key.length - 1
    const head = isDotted ? key.slice(0, dot) : key
    visitEntry(head, isDotted ? { [key.slice(dot + 1)]: inner } : inner, place, walk)
  }
}

function visitEntry(key: string, value: unknown, outer: Place, walk: Walk): void {
  const normal = keyOf(key)
  const place: Place = {
    ...outer,
    name: outer.name === '' ? key : `${outer.name}.${key}`,
    path: outer.path === '' ? normal : `${outer.path}.${normal}`,
    key: normal,
    depth: outer.depth + 1,
  }
  const exact = outer.path === '' ? undefined : exactTarget(walk.compiled, place.path, outer.key, normal)
  const target = exact ?? (outer.isForeign ? undefined : targetOf(walk.compiled, outer.scope, normal))

  if (isRecord(value)) visitObject(normal, value, place, target, walk)
  else if (Array.isArray(value)) visitArray(normal, value, place, target, walk)
  else note(target, place, value, walk)
}

/** By the whole path, or by its last two names: «Рассрочка.Этап.Номер» is «Этап.Номер» as well. */
function exactTarget({ targets }: Compiled, path: string, parent: string, key: string): Target | undefined {
  return targets.get(path) ?? targets.get(`${parent}.${key}`)
}

function visitObject(
  key: string,
  value: Record<string, unknown>,
  place: Place,
  target: Target | undefined,
  walk: Walk,
): void {
  const { containers, wrappers } = walk.compiled
  const container = containers.get(key)
  if (container !== undefined) visit(value, { ...place, scope: container, isForeign: false }, walk)
  else if (target !== undefined && moneyFields.has(target.field)) noteMoney(target, place, value, walk)
  else if (target !== undefined && isPresentation(value)) note(target, place, value, walk)
  else if (wrappers.has(key)) visit(value, { ...place, path: '', scope: undefined }, walk)
  else if (target !== undefined) note(target, place, value, walk)
  else visit(value, { ...place, isForeign: true }, walk)
}

function visitArray(key: string, value: unknown[], place: Place, target: Target | undefined, walk: Walk): void {
  const only = value.length === 1 ? value[0] : undefined
  if (walk.compiled.tables.has(key) && value.every(isRecord)) {
    for (const [index, row] of value.slice(0, 200).entries()) visitRow(row, `${place.name}[${index + 1}]`, walk)
  } else if (target !== undefined) note(target, place, value, walk)
  else if (isRecord(only) && (walk.compiled.containers.has(key) || walk.compiled.wrappers.has(key))) {
    visitObject(key, only, place, undefined, walk)
  } else walk.found.unknown.push(place.name)
}

function visitRow(row: Record<string, unknown>, name: string, walk: Walk): void {
  const fields = new Map<FieldKey, Leaf[]>()
  walk.found.rows.push({ name, fields })
  visit(row, { name, path: '@row', key: '@row', scope: 'item', isForeign: false, depth: 2 }, { ...walk, fields })
}

/** A sum written as { value, currency }. */
function noteMoney(target: Target, place: Place, value: Record<string, unknown>, walk: Walk): void {
  for (const [key, inner] of Object.entries(value).slice(0, 20)) {
    const normal = keyOf(key)
    const innerPlace = { ...place, name: `${place.name}.${key}` }
    const inKopecks = /kopeck|копе|minor|cents/.test(normal)
    if (/^(value|amount|sum|total|значение|сумма)/.test(normal) || inKopecks) {
      note(inKopecks ? { ...target, unit: 'kopecks' } : target, innerPlace, inner, walk)
    } else note(targetOf(walk.compiled, 'payment', normal), innerPlace, inner, walk)
  }
}

function note(target: Target | undefined, place: Place, value: unknown, walk: Walk): void {
  if (target === undefined) {
    walk.found.unknown.push(place.name)
    return
  }
  const leaves = walk.fields.get(target.field) ?? []
  leaves.push({ name: place.name, value, target, order: walk.budget.names })
  walk.fields.set(target.field, leaves)
}

function byRank(a: Leaf, b: Leaf): number {
  return a.target.rank - b.target.rank || b.order - a.order
}
