import { onDatabase } from './postgres.ts'

/** Each table gets a column, as by migrations of the next version; answers how many tables there were. */
export async function addColumnEverywhere(url: string): Promise<number> {
  return await onDatabase(url, async (client) => {
    await client.query(`set lock_timeout = '10s'`)
    const { rows } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`,
    )
    for (const { name } of rows) await client.query(`alter table ${name} add column of_the_next_version int`)
    return rows.length
  })
}
