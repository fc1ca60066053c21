import type { KeyKind } from '../../src/keys/key.ts'
import { createKey } from '../../src/keys/store/change.ts'
import type { Json, TestService } from '../support/service.ts'

/** A key of the database with these rights, and what it is answered. */
export async function caller(
  service: TestService,
  key: { scopes: string[]; source?: string; branchCode?: string; kind?: KeyKind },
): Promise<(method: string, path: string, body?: unknown) => Promise<{ status: number; body: Json }>> {
  const { secret } = await createKey(service.services.db, {
    name: 'test',
    kind: key.kind ?? 'live',
    source: key.source ?? null,
    branchCode: key.branchCode ?? null,
    scopes: key.scopes,
    ratePerMinute: null,
    expiresAt: null,
    createdBy: 'test',
  })
  return async (method, path, body) => {
    const answer = await fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${secret}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json() }
  }
}
