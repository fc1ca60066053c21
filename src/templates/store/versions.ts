import { z } from 'zod'
import { channelNames } from '../../channels/channel.ts'
import type { Queryable } from '../../db/database.ts'
import { type Sql, sql } from '../../db/sql.ts'
import { type PublishedTemplate, type TemplateSlot, templateClasses } from '../choose.ts'

export const versionStates = ['draft', 'published', 'retired'] as const

export type TemplateVersion = PublishedTemplate & {
  state: (typeof versionStates)[number]
  /** The number of the version whose text it brought back. */
  restored: number | null
  createdAt: Date
  createdBy: string
  publishedAt: Date | null
  publishedBy: string | null
  retiredAt: Date | null
  retiredBy: string | null
}

export const versionRow = z
  .object({
    id: z.string(),
    type: z.string(),
    channel: z.enum(channelNames).nullable(),
    branch_code: z.string().nullable(),
    class: z.enum(templateClasses),
    number: z.number(),
    text: z.string(),
    is_private: z.boolean(),
    state: z.enum(versionStates),
    restored: z.number().nullable(),
    created_at: z.date(),
    created_by: z.string(),
    published_at: z.date().nullable(),
    published_by: z.string().nullable(),
    retired_at: z.date().nullable(),
    retired_by: z.string().nullable(),
  })
  .transform(
    (row): TemplateVersion => ({
      id: row.id,
      type: row.type,
      channel: row.channel,
      branchCode: row.branch_code,
      class: row.class,
      number: row.number,
      text: row.text,
      isPrivate: row.is_private,
      state: row.state,
      restored: row.restored,
      createdAt: row.created_at,
      createdBy: row.created_by,
      publishedAt: row.published_at,
      publishedBy: row.published_by,
      retiredAt: row.retired_at,
      retiredBy: row.retired_by,
    }),
  )

export const versionColumns = sql`id, type, channel, branch_code, class, number, text, is_private, state, restored,
  created_at, created_by, published_at, published_by, retired_at, retired_by`

/** All that is in force: some hundreds at most, read for each round of planning. */
export async function publishedTemplates(db: Queryable): Promise<PublishedTemplate[]> {
  const row = z
    .object({
      id: z.string(),
      type: z.string(),
      channel: z.enum(channelNames).nullable(),
      branch_code: z.string().nullable(),
      class: z.enum(templateClasses),
      number: z.number(),
      text: z.string(),
      is_private: z.boolean(),
    })
    .transform(({ branch_code: branchCode, is_private: isPrivate, ...rest }) => ({ ...rest, branchCode, isPrivate }))
  return await db.many(
    row,
    sql`select id, type, channel, branch_code, class, number, text, is_private from template_versions where state = 'published'`,
  )
}

/** The drafts and the texts in force, of all templates. */
export async function currentVersions(db: Queryable): Promise<TemplateVersion[]> {
  return await db.many(
    versionRow,
    sql`select ${versionColumns} from template_versions where state <> 'retired'
        order by type, branch_code nulls first, channel nulls first, class, number`,
  )
}

/** Every version of one template, the newest first. */
export async function versionsOf(db: Queryable, slot: TemplateSlot): Promise<TemplateVersion[]> {
  return await db.many(
    versionRow,
    sql`select ${versionColumns} from template_versions where ${isOf(slot)} order by number desc`,
  )
}

export function isOf(slot: TemplateSlot): Sql {
  return sql`type = ${slot.type} and channel is not distinct from ${slot.channel}
    and branch_code is not distinct from ${slot.branchCode} and class = ${slot.class}`
}
