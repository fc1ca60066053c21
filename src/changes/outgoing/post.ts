import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { ForbiddenAddress, isForbiddenHost, type Targets } from './address.ts'

/** `gone`: the receiver says that it wants no more (410). */
export type PostResult = { kind: 'taken' } | { kind: 'refused'; code: string } | { kind: 'gone' }

export type PostNeeds = { targets: Targets; lookup: LookupFunction; deadlineMs: number }

/** One call; never throws. The answer's status counts, its body is not read, and a redirect is a refusal. */
export async function post(
  needs: PostNeeds,
  call: { url: string; headers: Record<string, string>; body: string },
  signal: AbortSignal,
): Promise<PostResult> {
  const url = new URL(call.url)
  if (needs.targets === 'public' && isForbiddenHost(url)) return { kind: 'refused', code: 'address_forbidden' }
  const deadline = AbortSignal.timeout(needs.deadlineMs)
  return await new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: { ...call.headers, 'content-length': Buffer.byteLength(call.body) },
      // A connection of its own: one kept from before could be that of another look-up.
      agent: false,
      signal: AbortSignal.any([signal, deadline]),
      ...(needs.targets === 'public' ? { lookup: needs.lookup } : {}),
    })
    request.on('response', (response) => {
      resolve(resultOf(response.statusCode ?? 0))
      response.destroy()
    })
    request.on('error', (error) => resolve({ kind: 'refused', code: deadline.aborted ? 'timeout' : codeOf(error) }))
    request.end(call.body)
  })
}

function resultOf(status: number): PostResult {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  if (status === 410) return { kind: 'gone' }
  return { kind: 'refused', code: `http_${status}` }
}

function codeOf(error: Error): string {
  if (error instanceof ForbiddenAddress) return error.code
  return 'code' in error && typeof error.code === 'string' ? error.code : 'network'
}
