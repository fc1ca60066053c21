import { Command } from 'commander'
import type { Config } from '../config.ts'
import { checkBackup } from './backup/check.ts'
import { withDatabaseUrl } from './database.ts'
import { shown } from './doctor.ts'
import { masterKeys } from './keys.ts'

type Options = {
  dir: string
  server?: string
  restored?: string
  pgRestore: string
  maxAgeHours: string
  json?: boolean
}

export function backupCheckCommand(settings: () => Config): Command {
  return new Command('backup-check')
    .description(
      'Restores the newest dump into a database of its own, counts its rows against the database in use, checks keys and journal, says what would be lost, and drops it again.',
    )
    .option('--dir <folder>', 'where the dumps (*.dump) lie', 'backups')
    .option('--server <url>', 'a login that may create databases; by default DATABASE_URL')
    .option(
      '--restored <url>',
      'a database into which the dump was restored already (deploy/backup/backup.sh restore); it is only read',
    )
    .option('--pg-restore <program>', 'as new as the server that was dumped', 'pg_restore')
    .option('--max-age-hours <hours>', 'an older dump is a fault', '26')
    .option('--json', 'the findings as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 when the dump could take the place of the database, 1 otherwise.\n\nExample:\n  npm run cli -- backup-check --dir /backups --server postgres://postgres:…@postgres/postgres',
    )
    .action(async ({ dir, server, restored, pgRestore, maxAgeHours, json }: Options) => {
      const config = settings()
      const keys = await masterKeys(config)
      const findings = await withDatabaseUrl(config, (liveUrl) =>
        checkBackup({
          liveUrl,
          serverUrl: server ?? liveUrl,
          restoredUrl: restored,
          folder: dir,
          program: pgRestore,
          oldestHours: Number(maxAgeHours),
          keys,
          onStep: (step) => process.stderr.write(`${step}\n`),
        }),
      )
      const ok = findings.every((each) => each.state !== 'bad')
      process.stdout.write(json ? `${JSON.stringify({ ok, findings }, null, 2)}\n` : shown(findings))
      process.exitCode = ok ? 0 : 1
    })
}
