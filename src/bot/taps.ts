import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import { storedMessageOf } from '../deliveries/message.ts'
import { linkedMessage, noteLinkTap } from '../deliveries/store/tap.ts'
import { tapIn, targetOf } from '../deliveries/taps.ts'

export type TapNeeds = { db: Queryable; vault: Vault; onTap(result: 'counted' | 'preview' | 'unknown'): void }

/** `GET /r/:token`: where a link of a message leads. Whoever only looks, a messenger's preview or a robot, is not counted. */
export function tapRoutes(app: FastifyInstance, needs: TapNeeds): void {
  app.get<{ Params: { token: string } }>('/r/:token', async (request, reply) => {
    const tap = tapIn(needs.vault, request.params.token)
    const message = tap && (await linkedMessage(needs, tap.delivery))
    const target = tap && message !== undefined ? targetOf(storedMessageOf(message), tap.link) : undefined
    reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').header('x-robots-tag', 'noindex')
    if (!tap || target === undefined) {
      needs.onTap('unknown')
      return await reply.code(404).type('text/html; charset=utf-8').send(unknownPage)
    }
    const isPerson = request.method === 'GET' && !isPreview(request.headers)
    if (isPerson) await noteLinkTap(needs.db, tap.delivery)
    needs.onTap(isPerson ? 'counted' : 'preview')
    // A header takes no Russian letters: the host becomes punycode, the rest is percent-encoded.
    return await reply.redirect(new URL(target).href, 302)
  })
}

/** Previews of the messengers, robots, scanners of links, and browsers that fetch ahead of a tap. */
export function isPreview(headers: IncomingHttpHeaders): boolean {
  const ahead = ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].map((name) => String(headers[name] ?? ''))
  if (ahead.some((value) => /prefetch|prerender|preview/i.test(value))) return true
  const agent = headers['user-agent'] ?? ''
  return agent === '' || robots.test(agent)
}

const robots =
  /(?<!cu)bot\b|telegrambot|vkshare|whatsapp|facebookexternalhit|facebot|maxbot|preview|crawler|spider|slurp|scanner|headless|curl|wget|python|java\/|go-http-client|node-fetch|axios|undici|okhttp/i

const unknownPage = `<!doctype html>
<html lang="ru"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Ссылка не найдена</title>
<h1>Ссылка не найдена</h1>
<p>Она устарела или набрана с ошибкой. Откройте её из последнего сообщения или позвоните на площадку, где сдавали лом.</p>
</html>
`
