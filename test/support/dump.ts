import assert from 'node:assert/strict'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import type { TestService } from './service.ts'

/** As pg_dump writes it: every row of every table, bytes in hex. */
export async function dumpOf(service: Pick<TestService, 'services'>): Promise<string> {
  const { db } = service.services
  const tables = await db.many(
    z.object({ name: z.string() }),
    sql`select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname in ('public', 'bullmq')`,
  )
  const parts: string[] = []
  for (const { name } of tables) {
    const rows = await db.many(z.object({ row: z.string() }), {
      text: `select t::text as row from ${name} t`,
      values: [],
    })
    parts.push(...rows.map(({ row }) => row))
  }
  assert.ok(parts.length > 30)
  return parts.join('\n')
}

/** Plain, hex, and base64 wherever in a group of three bytes it may begin. */
export function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  const inBase64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    return encoded.slice(shift === 0 ? 0 : 4, -4)
  })
  return [text, bytes.toString('hex'), ...inBase64].filter((each) => each.length >= 6)
}
