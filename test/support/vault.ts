import { randomBytes } from 'node:crypto'
import { createVault, type Vault } from '../../src/clients/vault.ts'
import { createKeyring } from '../../src/lib/crypto.ts'

export function testVault(): Vault {
  return createVault({
    keyring: createKeyring([{ id: 'k1', key: randomBytes(32) }]),
    indexKey: randomBytes(32),
    serviceKey: randomBytes(32),
  })
}
