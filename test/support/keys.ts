import type { Json, TestService } from './service.ts'

/** A key of the database, as the API makes it; its secret is told this once. */
export async function madeKey(service: Pick<TestService, 'api'>, more: Record<string, unknown> = {}): Promise<Json> {
  const { status, body } = await service.api('POST', '/keys', { name: 'ключ', kind: 'live', ...more })
  if (status !== 201) throw new Error(`no key was made: ${status} ${JSON.stringify(body)}`)
  return body
}

/** Speaks to /api/v1 with a key of the database. */
export async function apiWith(
  url: string,
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Json; headers: Headers }> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: await answer.json(), headers: answer.headers }
}
