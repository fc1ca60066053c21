import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { sameSecret } from '../../lib/crypto.ts'
import { RequestError } from '../../lib/errors.ts'
import { type Access, sessionMs } from '../access.ts'
import { may } from './rights.ts'
import type { Session } from './store.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is logged in to the dashboard. */
    operator: Session | undefined
  }
}

const cookieName = 'vestnik_session'

/**
 * Everything in this scope is for those who are logged in and may do what the route names; whatever changes something must
 * come from a form of theirs.
 */
export function requireSession(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const { operator } = request
    // A part of a page that asks for itself takes the whole page to the door.
    if (!operator && request.headers['hx-request'] === 'true')
      return reply.code(204).header('hx-redirect', '/login').send()
    if (!operator) return reply.redirect(loginPath(request), request.method === 'GET' ? 302 : 303)
    const { right } = request.routeOptions.config
    if (right === undefined || (right !== 'public' && !may(operator, right)))
      throw new RequestError('forbidden', notAllowed)
    if (operator.mustChangePassword && right !== 'own') return reply.redirect('/password', 303)
  })
  app.addHook('preHandler', async (request) => {
    if (request.method === 'GET' || request.method === 'HEAD') return
    const form = z.object({ _csrf: z.string() }).safeParse(request.body)
    if (!request.operator || !form.success || !sameSecret(form.data._csrf, request.operator.csrf)) {
      throw new RequestError(
        'forbidden',
        'Страница устарела: с тех пор вы вышли или вошли заново. Откройте её ещё раз.',
      )
    }
  })
}

const notAllowed = 'Вашей роли это не разрешено. Нужное право может дать администратор, на странице «Пользователи».'

/** Finds out who asks, and turns away what a page of another site sends. */
export function recogniseOperators(app: FastifyInstance, access: Access, publicUrl: string | undefined): void {
  app.decorateRequest('operator', undefined)
  app.addHook('onRequest', async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD' && isFromElsewhere(request, publicUrl)) {
      throw new RequestError('forbidden', 'Запрос пришёл с чужой страницы и не выполнен.')
    }
    const token = tokenOf(request)
    if (token !== undefined) request.operator = await access.sessionOf(token)
  })
}

/** Browsers say where a form came from: modern ones in Sec-Fetch-Site, others in Origin. A program says nothing. */
function isFromElsewhere(request: FastifyRequest, publicUrl: string | undefined): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const { origin } = request.headers
  if (origin === undefined) return false
  const host = URL.canParse(origin) ? new URL(origin).host : ''
  const publicHost = publicUrl !== undefined && URL.canParse(publicUrl) ? new URL(publicUrl).host : undefined
  return host !== request.host && host !== publicHost
}

/** Leads back to the page that was asked for. The query stays behind: it may hold a phone. */
function loginPath(request: FastifyRequest): string {
  const path = request.url.split('?', 1)[0] ?? '/'
  return request.method === 'GET' && isOwnPage(path) ? `/login?next=${encodeURIComponent(path)}` : '/login'
}

/** A page of the dashboard, and no address of another site. */
export function isOwnPage(path: string): boolean {
  return /^\/(?:journal|undelivered|templates(?:\/[a-z.]{1,40})?|settings(?:\/[a-z]{1,20})?|audit|clients\/cli_[0-9a-f]{32}|events\/evt_[0-9a-f]{32})$/.test(
    path,
  )
}

export function tokenOf(request: FastifyRequest): string | undefined {
  const token = request.cookies[cookieName]
  return token !== undefined && /^[\w-]{43}$/.test(token) ? token : undefined
}

export function setSessionCookie(reply: FastifyReply, token: string, isSecure: boolean): void {
  reply.setCookie(cookieName, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure,
    maxAge: sessionMs / 1000,
  })
}

export function clearSessionCookie(reply: FastifyReply): void {
  reply.clearCookie(cookieName, { path: '/' })
}
