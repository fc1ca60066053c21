import { z } from 'zod'
import { eventTypes } from '../../events/event.ts'
import { replaceWords } from './lists.ts'
import { wordOf } from './names.ts'

/** Everything a sender can tell us: paths of the canonical event, and what has to be put together before it becomes one. */
export const fieldKeys = [
  'id',
  'type',
  'typeHint',
  'status',
  'statusCode',
  'version',
  'infobase',
  'occurredAt',
  'date',
  'time',
  'branch.code',
  'branch.name',
  'branch.timezone',
  'client.id',
  'client.phone',
  'client.fullName',
  'client.lastName',
  'client.firstName',
  'client.middleName',
  'operation.id',
  'operation.number',
  'operation.title',
  'operation.date',
  'documentDate',
  'operation.amount',
  'item.material',
  'item.materialGenitive',
  'item.grossKg',
  'item.tareKg',
  'item.contaminationPct',
  'item.netKg',
  'item.pricePerKg',
  'item.amount',
  'item.unit',
  'amount',
  'amountUnit',
  'payment.amount',
  'payment.currency',
  'payment.method',
  'payment.last4',
  'payment.stage',
  'payment.stages',
  'payment.remaining',
  'payment.date',
  'payment.nextDate',
  'payment.dueDate',
  'bonus.points',
  'bonus.balance',
  'bonus.expiresAt',
  'occasion',
  'reason',
  'consent.advertising',
] as const

export type FieldKey = (typeof fieldKeys)[number]

/** Objects that say whose their fields are: «Телефон» within a client, «Дата» within an operation. */
export const scopes = ['client', 'operation', 'payment', 'bonus', 'branch', 'consent', 'item'] as const
export type Scope = (typeof scopes)[number]

/** An event word is a type, or speaks of a payout or of a change whose type its status tells. */
export const eventMeanings = [...eventTypes, 'payout', 'change'] as const
export type EventMeaning = (typeof eventMeanings)[number]

/**
 * `accepted` is by the bank or by the yard, depending on the event; `pending` says that the money has not gone yet; `silent`
 * is about the document and no news to a client.
 */
export const statusMeanings = [...eventTypes, 'accepted', 'pending', 'silent'] as const
export type StatusMeaning = (typeof statusMeanings)[number]

const words = z.array(z.string().min(1).max(200)).max(1000)

/**
 * How to read one sender. JSON-serialisable. An alias is a name («СуммаВыплаты»), matched without case, ё, blanks,
 * underscores and hyphens, at the top or within an object that fits; a name within a scope («@client.Ссылка»); or a
 * full path («data.attributes.total»). The first alias of a field wins over the later ones.
 */
export const profileSchema = z.strictObject({
  source: z.string().min(1).max(50),
  title: z.string().max(200),
  /** False while nobody has seen a real request of this sender. */
  verified: z.boolean(),
  moneyUnit: z.enum(['roubles', 'kopecks']),
  /** Of dates without a zone when the branch has none of its own; absent: the service's. */
  timezone: z.string().min(1).max(60).optional(),
  /** False when «Z» is put on local time. */
  trustZ: z.boolean(),
  signature: z.enum(['hmac-sha256-body', 'standard-webhooks']),
  wrappers: words,
  tables: words,
  containers: z.partialRecord(z.enum(scopes), words),
  fields: z.partialRecord(z.enum(fieldKeys), words),
  events: z.partialRecord(z.enum(eventMeanings), words),
  statuses: z.partialRecord(z.enum(statusMeanings), words),
  methods: z.partialRecord(z.enum(['card', 'sbp', 'account', 'cash', 'other']), words),
})

export type Profile = z.infer<typeof profileSchema>

/** What may be changed for one source without code; lists are put before the profile's own. */
export const profileOverrideSchema = profileSchema.omit({ source: true }).partial()
export type ProfileOverride = z.infer<typeof profileOverrideSchema>

export function overridden(profile: Profile, override: ProfileOverride): Profile {
  return {
    ...profile,
    ...withoutLists(override),
    wrappers: [...(override.wrappers ?? []), ...profile.wrappers],
    tables: [...(override.tables ?? []), ...profile.tables],
    containers: replaceWords(override.containers, profile.containers),
    fields: replaceWords(override.fields, profile.fields),
    events: replaceWords(override.events, profile.events, wordOf),
    statuses: replaceWords(override.statuses, profile.statuses, wordOf),
    methods: replaceWords(override.methods, profile.methods, wordOf),
  }
}

function withoutLists(override: ProfileOverride) {
  const { title, verified, moneyUnit, timezone, trustZ, signature } = override
  const scalars = { title, verified, moneyUnit, timezone, trustZ, signature }
  return Object.fromEntries(Object.entries(scalars).filter(([, value]) => value !== undefined))
}
