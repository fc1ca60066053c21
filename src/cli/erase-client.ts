import { Command } from 'commander'
import { extractOf, groundNames } from '../clients/erasure/act.ts'
import { eraseByAnyId } from '../clients/erasure/erase.ts'
import { type Config, ConfigError } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { masterKeys, openVault } from '../services.ts'
import { withDatabaseUrl } from './database.ts'

export function eraseClientCommand(settings: () => Config): Command {
  return new Command('erase-client')
    .argument('<id...>', "ids of clients: the sender's, or our own (cli_…)")
    .option('--ground <ground>', `why: ${groundNames.join(', ')}`, 'demand')
    .description("Destroys the clients' personal data for ever, and prints the extract for the act of destruction.")
    .addHelpText(
      'after',
      '\nAfter a restore from a backup name everybody who was erased since it was made: the acts are in your 1C.' +
        '\n\nExample:\n  npm run cli -- erase-client a1d3a7c2-77aa-11ee-9c4f-00155d0a1b2c',
    )
    .action(async (ids: string[], { ground: given }: { ground: string }) => {
      const ground = groundNames.find((each) => each === given)
      if (ground === undefined) throw new ConfigError(`--ground: expected one of ${groundNames.join(', ')}`)
      const config = settings()
      await withDatabaseUrl(config, async (url) => {
        const db = openDatabase({ url, max: 2 })
        try {
          const vault = await openVault(db, await masterKeys(config))
          for (const id of ids) {
            const act = await eraseByAnyId({ db, vault }, id, { by: 'cli', ground })
            process.stdout.write(
              `${act === undefined ? `${id}: no such client` : JSON.stringify(extractOf(act), null, 2)}\n`,
            )
            if (act === undefined) process.exitCode = 1
          }
        } finally {
          await db.close()
        }
      })
    })
}
