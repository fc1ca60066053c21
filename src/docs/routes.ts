import type { FastifyInstance } from 'fastify'
import type { ApiRoute } from '../api/route.ts'
import { documentOf } from './document.ts'

export type DocsNeeds = {
  /** The calls of `/api/v1`; those of `/webhooks` are known. */
  api: readonly ApiRoute[]
  publicUrl: string | undefined
}

/** `GET /openapi.json` and `GET /docs`: the same document for programs and for people. */
export async function docsRoutes(app: FastifyInstance, needs: DocsNeeds): Promise<void> {
  const json = JSON.stringify(documentOf(needs.api, needs.publicUrl))
  app.get('/openapi.json', async (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(json),
  )
}
