import type { Queryable } from '../db/database.ts'
import type { KnownKey } from '../keys/key.ts'
import { countRequest, findKey } from '../keys/store/find.ts'
import { sameSecret } from '../lib/crypto.ts'
import { RequestError } from '../lib/errors.ts'
import { type KeyInUse, type Scope, scopes } from './route.ts'

/** What the environment says of a sender: its key, and the secret by which it must sign. */
export type ApiSender = { key: string | undefined; secret: string | undefined }

export type KeyNeeds = { db: Queryable; adminKey: string; senders: Readonly<Record<string, ApiSender>> }

/**
 * The key that a request brings, if it may do this.
 * @throws RequestError 401 for none or a wrong one, 403 without the scope, 429 for one that comes too often.
 */
export async function keyFor(
  needs: KeyNeeds,
  authorization: string | undefined,
  scope: Scope | undefined,
): Promise<KeyInUse> {
  const [scheme = '', secret = ''] = (authorization ?? '').trim().split(/\s+/)
  if (scheme.toLowerCase() !== 'bearer' || secret === '') throw new RequestError('unauthorized')
  if (sameSecret(secret, needs.adminKey)) return admin
  const sender = scope === 'sms' ? senderOf(needs, secret) : undefined
  if (sender !== undefined) return { ...admin, id: 'env', line: 'env', source: sender, scopes: ['sms'] }
  const known = await findKey(needs.db, secret)
  if (!known) throw new RequestError('unauthorized')
  if (scope === undefined || !(known.scopes.includes(scope) || (scope === 'sms' && isSenders(needs, known)))) {
    throw new RequestError(
      'forbidden',
      scope === undefined
        ? undefined
        : `У этого ключа нет права «${scope}» (${scopes[scope]}). Выпустите ключ с этим правом.`,
    )
  }
  const tooOften = await countRequest(needs.db, known)
  if (tooOften) throw new RequestError('rate_limited', undefined, tooOften)
  return known
}

/** БСП knows only the key it sends events with: what may post events may send a text. Not where events must be signed. */
function senderOf({ senders }: KeyNeeds, given: string): string | undefined {
  return Object.entries(senders).find(
    ([, { key, secret }]) => key !== undefined && secret === undefined && sameSecret(given, key),
  )?.[0]
}

/** A sender's key names its source and has no scopes. */
function isSenders({ senders }: KeyNeeds, { source, scopes: given }: KnownKey): boolean {
  return source !== null && given.length === 0 && senders[source]?.secret === undefined
}

const admin: KeyInUse = {
  id: 'admin',
  line: 'admin',
  source: null,
  branchCode: null,
  kind: 'live',
  scopes: Object.keys(scopes),
}
