import { type Lists, listEntries, nameOf } from './lists.ts'
import { keyOf, wordOf } from './names.ts'
import type { EventMeaning, FieldKey, Profile, Scope, StatusMeaning } from './profile.ts'

/** Where a sender's name leads. A lower rank is a better name for the same field. */
export type Target = { field: FieldKey; rank: number; unit?: FieldUnit }
export type FieldUnit = 'kopecks' | 'tonnes' | 'kilograms'

export type Compiled = {
  profile: Profile
  wrappers: Set<string>
  tables: Set<string>
  containers: Map<string, Scope>
  /** By «name», «@scope.name» or «full.path». */
  targets: Map<string, Target>
  events: Map<string, EventMeaning>
  statuses: Map<string, StatusMeaning>
  methods: Map<string, 'card' | 'sbp' | 'account' | 'cash' | 'other'>
}

/** The profile's tables, made once per profile. */
export function compile(profile: Profile): Compiled {
  const known = compiledProfiles.get(profile)
  if (known !== undefined) return known
  const compiled: Compiled = {
    profile,
    wrappers: new Set(profile.wrappers.map(keyOf)),
    tables: new Set(profile.tables.map(keyOf)),
    containers: inverted(profile.containers, keyOf),
    targets: targetsOf(profile),
    events: inverted(profile.events, wordOf),
    statuses: inverted(profile.statuses, wordOf),
    methods: inverted(profile.methods, wordOf),
  }
  compiledProfiles.set(profile, compiled)
  return compiled
}

const compiledProfiles = new WeakMap<Profile, Compiled>()

/** The field that a name means in that scope; names of one scope are not looked for in another. */
export function targetOf(compiled: Compiled, scope: Scope | undefined, key: string): Target | undefined {
  const direct = lookUp(compiled, scope, key)
  if (direct !== undefined) return direct
  for (const [suffix, unit] of unitSuffixes) {
    if (!key.endsWith(suffix)) continue
    if (key === suffix && unit === 'kopecks') return { field: 'amount', rank: 0, unit }
    const target = lookUp(compiled, scope, key.slice(0, -suffix.length))
    if (target !== undefined && carriesUnit(target.field, unit)) return { ...target, unit }
  }
  return undefined
}

function lookUp(compiled: Compiled, scope: Scope | undefined, key: string): Target | undefined {
  if (scope === undefined) return compiled.targets.get(key)
  const scoped = compiled.targets.get(`@${scope}.${key}`)
  if (scoped !== undefined) return scoped
  const plain = compiled.targets.get(key)
  return plain !== undefined && isAtHome(plain.field, scope) ? plain : undefined
}

function isAtHome(field: FieldKey, scope: Scope): boolean {
  if (scope === 'operation' || scope === 'payment') return !onlyAtTop.has(field)
  return field.startsWith(`${scope}.`) || (scope === 'client' && field === 'consent.advertising')
}

const onlyAtTop = new Set<FieldKey>(['id', 'type', 'typeHint', 'infobase', 'date', 'version'])

/** «СуммаВКопейках», «НеттоТонн», «ЦенаЗаТонну»: the unit is the tail of the name. */
const unitSuffixes: [string, FieldUnit][] = [
  ['вкопейках', 'kopecks'],
  ['копеек', 'kopecks'],
  ['копейки', 'kopecks'],
  ['коп', 'kopecks'],
  ['vkopeykah', 'kopecks'],
  ['vkopeikah', 'kopecks'],
  ['kopeyki', 'kopecks'],
  ['kopeek', 'kopecks'],
  ['inkopecks', 'kopecks'],
  ['inkopeks', 'kopecks'],
  ['kopecks', 'kopecks'],
  ['kopeks', 'kopecks'],
  ['kopeck', 'kopecks'],
  ['kop', 'kopecks'],
  ['inminorunits', 'kopecks'],
  ['minorunits', 'kopecks'],
  ['minor', 'kopecks'],
  ['cents', 'kopecks'],
  ['втоннах', 'tonnes'],
  ['затонну', 'tonnes'],
  ['тонн', 'tonnes'],
  ['зат', 'tonnes'],
  ['тн', 'tonnes'],
  ['т', 'tonnes'],
  ['pertonne', 'tonnes'],
  ['perton', 'tonnes'],
  ['tonnes', 'tonnes'],
  ['tons', 'tonnes'],
  ['ton', 'tonnes'],
  ['t', 'tonnes'],
  ['вкилограммах', 'kilograms'],
  ['вкг', 'kilograms'],
  ['закилограмм', 'kilograms'],
  ['закг', 'kilograms'],
  ['кг', 'kilograms'],
  ['perkg', 'kilograms'],
  ['kg', 'kilograms'],
]

function carriesUnit(field: FieldKey, unit: FieldUnit): boolean {
  return unit === 'kopecks' ? moneyFields.has(field) : weightFields.has(field)
}

export const moneyFields = new Set<FieldKey>([
  'amount',
  'operation.amount',
  'payment.amount',
  'payment.remaining',
  'item.amount',
  'item.pricePerKg',
])
const weightFields = new Set<FieldKey>(['item.grossKg', 'item.tareKg', 'item.netKg', 'item.pricePerKg'])

function targetsOf(profile: Profile): Map<string, Target> {
  const targets = new Map<string, Target>()
  for (const [field, aliases] of listEntries(profile.fields)) {
    for (const [rank, alias] of aliases.entries()) {
      const name = nameOf(alias)
      if (!targets.has(name)) targets.set(name, { field, rank })
    }
  }
  return targets
}

function inverted<Meaning extends string>(
  lists: Lists<Meaning>,
  normalise: (word: string) => string,
): Map<string, Meaning> {
  const meanings = new Map<string, Meaning>()
  for (const [meaning, words] of listEntries(lists)) {
    for (const word of words) if (!meanings.has(normalise(word))) meanings.set(normalise(word), meaning)
  }
  return meanings
}
