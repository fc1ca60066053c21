import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { ApiRoute } from '../api/route.ts'
import { documentOf } from './document.ts'
import { docsPage } from './page/page.ts'
import { docsStyle } from './page/style.ts'

export type DocsNeeds = {
  /** The calls of `/api/v1`; those of `/webhooks` are known. */
  api: readonly ApiRoute[]
  publicUrl: string | undefined
}

/** The address changes with the content, so that browsers may keep it for ever. */
const stylePath = `/docs/style.${createHash('sha256').update(docsStyle).digest('hex').slice(0, 12)}.css`

/**
 * `GET /openapi.json` and `GET /docs`: the same document for programs and for people. Made when somebody first asks for it:
 * it takes half a second, which a start need not wait for.
 */
export async function docsRoutes(app: FastifyInstance, needs: DocsNeeds): Promise<void> {
  let made: { json: string; page: string } | undefined
  const make = () => {
    const document = documentOf(needs.api, needs.publicUrl)
    made ??= { json: JSON.stringify(document), page: docsPage(document, stylePath) }
    return made
  }
  const answers = [
    { path: '/openapi.json', type: 'application/json', cache: 'no-cache', body: () => (made ?? make()).json },
    { path: '/docs', type: 'text/html', cache: 'no-cache', body: () => (made ?? make()).page },
    { path: stylePath, type: 'text/css', cache: 'public, max-age=31536000, immutable', body: () => docsStyle },
  ]
  for (const { path, type, cache, body } of answers) {
    app.get(path, async (_request, reply) =>
      reply.header('content-type', `${type}; charset=utf-8`).header('cache-control', cache).send(body()),
    )
  }
}
