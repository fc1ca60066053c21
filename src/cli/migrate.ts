import { Command } from 'commander'
import type { Config } from '../config.ts'
import { migrate } from '../db/migrate.ts'
import { withDatabaseUrl } from './database.ts'

export function migrateCommand(settings: () => Config): Command {
  return new Command('migrate')
    .description('Brings the database schema up to date, under a lock. The service does the same at start.')
    .addHelpText('after', '\nExample:\n  DATABASE_URL=postgres://… npm run cli -- migrate')
    .action(async () => {
      const done = await withDatabaseUrl(settings(), migrate)
      process.stdout.write(
        done.length === 0 ? 'The schema is up to date.\n' : done.map((name) => `migrated ${name}\n`).join(''),
      )
    })
}
