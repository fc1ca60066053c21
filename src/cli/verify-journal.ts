import { Command } from 'commander'
import { createVault } from '../clients/vault.ts'
import type { Config } from '../config.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { existingSecret } from '../db/secrets.ts'
import type { Sign } from '../journal/chain.ts'
import { type Verdict, verifyJournal } from '../journal/verify.ts'
import { createKeyring, type MasterKey } from '../lib/crypto.ts'
import { withDatabaseUrl } from './database.ts'
import { masterKeys } from './keys.ts'

export function verifyJournalCommand(settings: () => Config): Command {
  return new Command('verify-journal')
    .description(
      'Reads the whole journal and holds it against its chain of hashes; names the first row that does not fit.',
    )
    .option('--json', 'the verdict as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 when the journal is as it was written, 1 otherwise.\n\nExample:\n  npm run cli -- verify-journal',
    )
    .action(async ({ json }: { json?: boolean }) => {
      const config = settings()
      const verdict = await withDatabaseUrl(config, async (url) => {
        const db = openDatabase({ url, max: 2, queryTimeoutMs: 600_000 })
        try {
          return await verifyJournal(db, await signerOf(db, await masterKeys(config)), showProgress())
        } finally {
          await db.close()
        }
      })
      process.stdout.write(json ? `${JSON.stringify(verdict, null, 2)}\n` : shownVerdict(verdict))
      process.exitCode = verdict.breaks.length === 0 ? 0 : 1
    })
}

/** The key of the chain is that of the blind index: it is in the database, wrapped by a master key. */
export async function signerOf(db: Database, keys: readonly [MasterKey, ...MasterKey[]]): Promise<Sign> {
  const keyring = createKeyring(keys)
  const [indexKey, serviceKey] = await Promise.all([
    existingSecret(db, keyring, 'index'),
    existingSecret(db, keyring, 'service'),
  ])
  if (indexKey === undefined || serviceKey === undefined)
    throw new Error('this database has no keys yet: start the service once')
  const vault = createVault({ keyring, indexKey, serviceKey })
  return (text) => vault.index('journal', text)
}

function showProgress(): (chain: { journal: string; month: string }, number: number) => void {
  if (!process.stderr.isTTY) return () => {}
  return ({ journal, month }, number) => {
    if (number % 20 === 0) process.stderr.write(`\r${journal} ${month.slice(0, 7)}: ${number * 1000} строк   `)
  }
}

const titles = { attempts: 'попытки', receipts: 'квитанции' } as const

export function shownVerdict({ chains, blocks, rows, waiting, breaks, dropped }: Verdict): string {
  const lines = breaks.map(
    ({ journal, month, number, row, what }) =>
      `ПЛОХО     ${titles[journal]} за ${month.slice(0, 7)}, блок ${number}: ${what}${row === undefined ? '' : `: ${row}`}\n`,
  )
  const gone = dropped.map(
    ({ journal, month, rows: kept, day }) =>
      `удалено   ${titles[journal]} за ${month.slice(0, 7)}: срок хранения вышел; якорь от ${day}, строк было ${kept}\n`,
  )
  const end =
    breaks.length === 0
      ? `Журнал цел: месяцев ${chains}, блоков ${blocks}, строк ${rows}; ещё не запечатано ${waiting}.\n`
      : 'Что сделать: сохраните базу как есть, сравните строку с резервной копией до этого дня и с логом службы (docs/ru/vosstanovlenie.md).\n'
  return `${lines.join('')}${gone.join('')}${end}`
}
