import { z } from 'zod'
import type { Database, Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { newId } from '../../lib/ids.ts'
import type { TemplateSlot } from '../choose.ts'
import { isOf, type TemplateVersion, versionColumns, versionRow, versionsOf } from './versions.ts'

export type NewText = { text: string; isPrivate: boolean }

/** The draft of a template: the one there is in a new wording, or a new version. */
export async function saveDraft(
  db: Database,
  slot: TemplateSlot,
  draft: NewText,
  by: string,
): Promise<TemplateVersion> {
  return await inTurn(db, slot, async (tx) => {
    const [changed] = await tx.many(
      versionRow,
      sql`update template_versions set text = ${draft.text}, is_private = ${draft.isPrivate}, created_at = clock_timestamp(), created_by = ${by}
          where ${isOf(slot)} and state = 'draft' returning ${versionColumns}`,
    )
    return changed ?? (await insertVersion(tx, slot, draft, by))
  })
}

/** Undefined when there is no draft. */
export async function dropDraft(db: Database, slot: TemplateSlot, by: string): Promise<TemplateVersion | undefined> {
  return await inTurn(db, slot, async (tx) => {
    const [dropped] = await tx.many(
      versionRow,
      sql`update template_versions set state = 'retired', retired_at = clock_timestamp(), retired_by = ${by}
          where ${isOf(slot)} and state = 'draft' returning ${versionColumns}`,
    )
    return dropped
  })
}

/**
 * Puts the draft in force.
 * @param accept looks at the draft once nobody else can change it; what it throws leaves everything as it was
 */
export async function publishDraft(
  db: Database,
  slot: TemplateSlot,
  by: string,
  accept: (draft: TemplateVersion) => void,
): Promise<TemplateVersion | undefined> {
  return await inTurn(db, slot, async (tx) => {
    const draft = (await versionsOf(tx, slot)).find((each) => each.state === 'draft')
    if (!draft) return undefined
    accept(draft)
    await retirePublished(tx, slot, by)
    return await tx.one(
      versionRow,
      sql`update template_versions set state = 'published', published_at = clock_timestamp(), published_by = ${by}
          where id = ${draft.id} returning ${versionColumns}`,
    )
  })
}

/** What is in force after going back: a new version with the old text, or nothing of the owner's. */
export type Restored = { kind: 'version'; version: TemplateVersion } | { kind: 'shipped' } | { kind: 'nothing' }

/**
 * Goes back to a version that was in force before: the one before the present, or `to`; 0 is the text that ships. A draft
 * stays as it is.
 */
export async function rollBack(
  db: Database,
  slot: TemplateSlot,
  to: number | undefined,
  by: string,
  accept: (version: TemplateVersion) => void,
): Promise<Restored> {
  return await inTurn(db, slot, async (tx): Promise<Restored> => {
    const versions = await versionsOf(tx, slot)
    const present = versions.find((each) => each.state === 'published')
    const earlier = versions.filter((each) => each.publishedAt !== null && each !== present)
    const target = to === undefined ? before(present, earlier) : earlier.find((each) => each.number === to)
    if (target === undefined && !(present && (to ?? 0) === 0)) return { kind: 'nothing' }
    if (target) accept(target)
    await retirePublished(tx, slot, by)
    if (!target) return { kind: 'shipped' }
    const made = await insertVersion(tx, slot, target, by)
    const version = await tx.one(
      versionRow,
      sql`update template_versions set state = 'published', restored = ${target.number}, published_at = clock_timestamp(), published_by = ${by}
          where id = ${made.id} returning ${versionColumns}`,
    )
    return { kind: 'version', version }
  })
}

/** Going back twice goes back two steps: a version that was brought back counts as the one it brought back. */
function before(
  present: TemplateVersion | undefined,
  earlier: readonly TemplateVersion[],
): TemplateVersion | undefined {
  if (!present) return earlier[0]
  const reached = present.restored ?? present.number
  return earlier.find((each) => each.restored === null && each.number < reached)
}

async function insertVersion(
  db: Queryable,
  slot: TemplateSlot,
  { text, isPrivate }: NewText,
  by: string,
): Promise<TemplateVersion> {
  // A version that is put in force at once is a draft for a moment; beside a draft of somebody it is `retired` meanwhile.
  return await db.one(
    versionRow,
    sql`insert into template_versions (id, type, channel, branch_code, class, number, text, is_private, state, created_by)
        select ${newId('template')}, ${slot.type}, ${slot.channel}, ${slot.branchCode}, ${slot.class}, coalesce(max(number), 0) + 1,
               ${text}, ${isPrivate}, case when bool_or(state = 'draft') then 'retired' else 'draft' end, ${by}
        from template_versions where ${isOf(slot)}
        returning ${versionColumns}`,
  )
}

async function retirePublished(db: Queryable, slot: TemplateSlot, by: string): Promise<void> {
  await db.run(
    sql`update template_versions set state = 'retired', retired_at = clock_timestamp(), retired_by = ${by}
        where ${isOf(slot)} and state = 'published'`,
  )
}

/** One at a time for each template: numbers follow each other, and there is one text in force. */
async function inTurn<T>(db: Database, slot: TemplateSlot, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return await db.transaction(async (tx) => {
    const name = ['template', slot.type, slot.channel, slot.branchCode, slot.class].join(':')
    await tx.many(z.unknown(), sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`)
    return await work(tx)
  })
}
