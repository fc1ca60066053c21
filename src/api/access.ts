import type { Queryable } from '../db/database.ts'
import { countRequest, findKey } from '../keys/store/find.ts'
import { sameSecret } from '../lib/crypto.ts'
import { RequestError } from '../lib/errors.ts'
import { type KeyInUse, type Scope, scopes } from './route.ts'

export type KeyNeeds = { db: Queryable; adminKey: string }

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
  const known = await findKey(needs.db, secret)
  if (!known) throw new RequestError('unauthorized')
  if (scope === undefined || !known.scopes.includes(scope)) {
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

const admin: KeyInUse = { id: 'admin', source: null, branchCode: null, kind: 'live', scopes: Object.keys(scopes) }
