import { createVault } from '../../clients/vault.ts'
import type { Database } from '../../db/database.ts'
import { existingSecret } from '../../db/secrets.ts'
import { createKeyring, type MasterKey } from '../../lib/crypto.ts'
import { bad, type Finding, good } from '../../lib/finding.ts'
import { branded } from '../../lib/ids.ts'
import { sealedSample, wrappedUses } from './store.ts'

const what = 'Ключи шифрования'

/** Do the keys open what is here, and is every key loaded that something here was wrapped with? */
export async function keysFinding(db: Database, keys: readonly [MasterKey, ...MasterKey[]]): Promise<Finding> {
  const keyring = createKeyring(keys)
  const loaded = keys.map(({ id }) => id)
  const uses = await wrappedUses(db)
  const missing = uses.filter(({ id }) => !loaded.includes(id))
  if (missing.length > 0)
    return bad(
      what,
      `в базе есть закрытое ключом ${missing.map(({ id, rows }) => `«${id}» (записей: ${rows})`).join(', ')}, а в ENCRYPTION_KEYS его нет`,
      'Допишите этот ключ в ENCRYPTION_KEYS через запятую (первым оставьте нынешний) и перезапустите службу. Без него эти данные не прочитать.',
    )
  const unopened = uses.filter(({ wrapped, context }) => !opens(() => keyring.unwrap(wrapped, context)))
  if (unopened.length > 0)
    return bad(
      what,
      `ключ ${unopened.map(({ id }) => `«${id}»`).join(', ')} не открывает базу: под этим именем записан другой ключ`,
      'Верните прежнее значение ключа из своей копии: под одним именем всегда должен стоять один и тот же ключ.',
    )
  if (!(await opensSample(db, keyring)))
    return bad(
      what,
      'запись клиента не открывается',
      'База повреждена или собрана из разных копий: проверьте копию командой backup-check.',
    )
  const rows = uses.reduce((sum, each) => sum + each.rows, 0)
  return good(what, `открывают базу: ключей ${loaded.length}, закрытых ими записей ${rows}`)
}

async function opensSample(db: Database, keyring: ReturnType<typeof createKeyring>): Promise<boolean> {
  const [indexKey, serviceKey, sample] = await Promise.all([
    existingSecret(db, keyring, 'index'),
    existingSecret(db, keyring, 'service'),
    sealedSample(db),
  ])
  if (sample === undefined) return true
  if (indexKey === undefined || serviceKey === undefined) return false
  const vault = createVault({ keyring, indexKey, serviceKey })
  const owner = { id: branded<'client'>(sample.clientId), dataKey: sample.dataKey }
  return opens(() => vault.open(owner, 'phone', sample.phone))
}

function opens(work: () => unknown): boolean {
  try {
    return work() !== undefined
  } catch {
    return false
  }
}
