import { Command } from 'commander'
import { ConfigError, processEnvironment, readConfig } from '../config.ts'
import { backupCheckCommand } from './backup-check.ts'
import { doctorCommand } from './doctor.ts'
import { eraseClientCommand } from './erase-client.ts'
import { importClientsCommand, isImportError } from './import-clients.ts'
import { migrateCommand } from './migrate.ts'
import { replayCommand } from './replay.ts'
import { rotateKeysCommand } from './rotate-keys.ts'
import { sendTestCommand } from './send-test.ts'
import { verifyJournalCommand } from './verify-journal.ts'

/** `npm run cli -- <command>`: the operator's commands. A new command is one file and one line here. */
const program = new Command('vestnik')
  .description('Operator commands of vestnik. Settings come from the environment, as for the service.')
  .showHelpAfterError('(add --help for what a command takes)')
  .configureHelp({ showGlobalOptions: true })

const settings = () => readConfig(processEnvironment())

program.addCommand(backupCheckCommand(settings))
program.addCommand(doctorCommand(settings))
program.addCommand(migrateCommand(settings))
program.addCommand(eraseClientCommand(settings))
program.addCommand(rotateKeysCommand(settings))
program.addCommand(importClientsCommand(settings))
program.addCommand(replayCommand(settings))
program.addCommand(sendTestCommand(settings))
program.addCommand(verifyJournalCommand(settings))

try {
  await program.parseAsync(process.argv)
} catch (error) {
  const isExpected =
    error instanceof ConfigError ||
    isImportError(error) ||
    (error instanceof Error && /^(DataFolderInUse|EmbeddedPostgresFailure)$/.test(error.name))
  process.stderr.write(
    `${error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : String(error)}\n`,
  )
  process.exitCode = 1
}
