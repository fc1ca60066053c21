import { Command } from 'commander'
import { keysByMaster, processesWithout, processName, rewrapClients, rewrapSecrets } from '../clients/rewrap/store.ts'
import type { Config } from '../config.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { createKeyring, type Keyring } from '../lib/crypto.ts'
import { masterKeys } from '../services.ts'
import { withDatabaseUrl } from './database.ts'

type Say = (line: string) => void

export function rotateKeysCommand(settings: () => Config): Command {
  return new Command('rotate-keys')
    .description('Wraps every key in the database with the first key of ENCRYPTION_KEYS, while the service runs.')
    .addHelpText(
      'after',
      '\nFirst give ENCRYPTION_KEYS=new:…,old:… to every process and restart them; then run this; then remove the old key.' +
        '\nMay be stopped and run again at any time.\n\nExample:\n  npm run cli -- rotate-keys',
    )
    .action(async () => {
      const config = settings()
      await withDatabaseUrl(config, async (url) => {
        const keys = await masterKeys(config)
        const name = processName(keys.map((each) => each.id))
        const db = openDatabase({ url, max: 2, name })
        try {
          const isDone = await rotateKeys({
            db,
            keyring: createKeyring(keys),
            say: (line) => process.stdout.write(`${line}\n`),
          })
          if (!isDone) process.exitCode = 1
        } finally {
          await db.close()
        }
      })
    })
}

/** True when every key is wrapped by the current master key, and the others may go. */
export async function rotateKeys(
  { db, keyring, say }: { db: Database; keyring: Keyring; say: Say },
  { batch = 500 }: { batch?: number } = {},
): Promise<boolean> {
  const current = keyring.currentId
  const strangers = await processesWithout(db, current)
  if (strangers.length > 0) {
    say(
      `Nothing was changed: ${strangers.length} connection(s) belong to processes whose first key is not "${current}" ` +
        `(${[...new Set(strangers.map((each) => each.name))].join(', ')}). Give every process the new key in the first place, restart it, and run this again.`,
    )
    return false
  }
  const before = await keysByMaster(db)
  const total = [...before].reduce((sum, [id, count]) => (id === current ? sum : sum + count), 0)
  say(
    `${total} of ${[...before.values()].reduce((sum, count) => sum + count, 0)} keys are to be wrapped with "${current}".`,
  )
  let done = await rewrapSecrets(db, keyring)
  let shown = 0
  for (let after: string | null = ''; after !== null; ) {
    const next = await rewrapClients(db, keyring, after, batch)
    after = next.after
    done += next.rewrapped
    if (done - shown >= total / 20) {
      shown = done
      say(`${done} of ${total} (${Math.floor((done / total) * 100)} %)`)
    }
  }
  return await verify(db, current, say)
}

async function verify(db: Database, current: string, say: Say): Promise<boolean> {
  const after = await keysByMaster(db)
  const left = [...after].filter(([id]) => id !== current)
  if (left.length > 0) {
    say(`Not done yet: ${left.map(([id, count]) => `${count} under "${id}"`).join(', ')}. Run this again.`)
    return false
  }
  say(
    `Done: all ${after.get(current) ?? 0} keys are wrapped with "${current}". The other keys may be removed from ENCRYPTION_KEYS.`,
  )
  say('Backups made before today still need the old key: keep it with them until they are gone.')
  return true
}
