import type { OpenApi } from '../../src/docs/openapi.ts'
import type { Json } from '../support/service.ts'

/** One address of the service: `{x}` in its path is filled in; `body` is one that it would take. */
export type Address = { method: string; path: string; query: readonly string[]; body?: unknown }

const doors = ['telegram', 'vk', 'max', 'whatsapp']
const plain = [
  '/',
  '/login',
  '/docs',
  '/openapi.json',
  '/healthz',
  '/readyz',
  '/metrics',
  '/r/{token}',
  '/nothing/here',
]

/** Everything that the service says it has: its document, the messengers' doors, and the pages that link to each other. */
export async function addressesOf(url: string, document: OpenApi, cookie: string): Promise<Address[]> {
  const documented = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, call]): Address => {
      const parameters: Json[] = call.parameters ?? []
      return {
        method: method.toUpperCase(),
        path,
        query: parameters.filter((each) => each.in === 'query').map((each) => String(each.name)),
        body: exampleIn(call.requestBody),
      }
    }),
  )
  const get = (path: string): Address => ({
    method: 'GET',
    path,
    query: ['q', 'cursor', 'next', 'from', 'to', 'limit'],
  })
  return [
    ...documented,
    ...doors.flatMap((name): Address[] => [
      {
        method: 'POST',
        path: `/channels/${name}`,
        query: [],
        body: { update_id: 1, message: { chat: { id: 1 }, text: 'x' } },
      },
      { method: 'GET', path: `/channels/${name}`, query: ['hub.mode', 'hub.challenge', 'hub.verify_token'] },
    ]),
    ...plain.map(get),
    ...(await pagesFrom(url, cookie)).flatMap(({ path, isForm }): Address[] => [
      get(path),
      ...(isForm ? [{ method: 'POST', path, query: [], body: { _csrf: 'x', name: 'x', id: '1' } }] : []),
    ]),
  ]
}

function exampleIn(requestBody: Json): unknown {
  const content = requestBody?.content?.['application/json']
  return content?.example ?? Object.values<Json>(content?.examples ?? {})[0]?.value
}

/** Pages and forms that are linked from the first page, two steps deep. */
async function pagesFrom(url: string, cookie: string): Promise<{ path: string; isForm: boolean }[]> {
  const found = new Map<string, boolean>()
  let todo = ['/today', '/journal']
  for (let depth = 0; depth < 2; depth++) {
    const next: string[] = []
    for (const path of todo) {
      const page = await (await fetch(`${url}${path}`, { headers: { cookie, accept: 'text/html' } })).text()
      for (const [, kind = '', target = ''] of page.matchAll(/\b(href|action)="(\/[^"#?]*)/g)) {
        if (/\.(css|js|svg|png|woff2)$/.test(target) || found.has(target)) continue
        found.set(target, kind === 'action')
        next.push(target)
      }
    }
    todo = next.slice(0, 40)
  }
  return [...found].map(([path, isForm]) => ({ path, isForm }))
}
