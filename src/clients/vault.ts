import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { hmac, type Keyring, open, seal } from '../lib/crypto.ts'
import type { ClientId } from '../lib/ids.ts'

/**
 * What is personal is sealed with its client's own key, and that key is wrapped by a master key: destroying the one
 * column destroys the person's texts everywhere, backups of later days included. Search works by blind index.
 */
export type Vault = {
  newKey(client: ClientId): Buffer
  seal(owner: KeyOwner, field: string, plain: string): Buffer
  /** Undefined when the key was destroyed. */
  open(owner: KeyOwner, field: string, sealed: Buffer | null): string | undefined
  /** The same text gives the same bytes, from which it cannot be found again without the key. */
  index(kind: 'phone' | 'address' | 'content' | 'code' | 'journal', text: string): Buffer
  /** For what belongs to no client yet, such as an update of a stranger. */
  sealOwn(context: string, plain: string): Buffer
  openOwn(context: string, sealed: Buffer): string
}

export type KeyOwner = { id: ClientId; dataKey: Buffer | null }

export function createVault(needs: { keyring: Keyring; indexKey: Buffer; serviceKey: Buffer }): Vault {
  const keys = new LRUCache<string, Buffer>({ max: 20_000 })

  const dataKeyOf = (owner: KeyOwner) => {
    if (!owner.dataKey) return undefined
    const cacheKey = owner.dataKey.toString('base64')
    let key = keys.get(cacheKey)
    if (!key) {
      key = needs.keyring.unwrap(owner.dataKey, `client:${owner.id}`)
      keys.set(cacheKey, key)
    }
    return key
  }

  return {
    newKey: (client) => needs.keyring.wrap(randomBytes(32), `client:${client}`),
    seal: (owner, field, plain) => {
      const key = dataKeyOf(owner)
      if (!key) throw new Error('the key of this client was destroyed')
      return seal(key, plain, `${owner.id}/${field}`)
    },
    open: (owner, field, sealed) => {
      const key = sealed ? dataKeyOf(owner) : undefined
      return key && sealed ? open(key, sealed, `${owner.id}/${field}`).toString() : undefined
    },
    index: (kind, text) => hmac(needs.indexKey, `${kind}:${text}`),
    sealOwn: (context, plain) => seal(needs.serviceKey, plain, context),
    openOwn: (context, sealed) => open(needs.serviceKey, sealed, context).toString(),
  }
}
