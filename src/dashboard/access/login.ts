import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { z } from 'zod'
import { recordAct } from '../../audit/store.ts'
import type { Queryable } from '../../db/database.ts'
import type { Access, LoginResult } from '../access.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { spanText } from '../frame/moments.ts'
import { sendPage } from '../frame/page.ts'
import { clearSessionCookie, isOwnPage, setSessionCookie, tokenOf } from './guard.ts'

export type LoginNeeds = {
  db: Queryable
  access: Access
  publicUrl: string | undefined
  companyName: string | undefined
}

const form = z.object({
  username: z.string().min(1).max(100),
  password: z.string().min(1).max(500),
  next: z.string().optional().catch(undefined),
})
const nextInput = z.object({ next: z.string().optional().catch(undefined) })

/** `GET` and `POST /login`: the only page for strangers. */
export function loginRoutes(app: FastifyInstance, needs: LoginNeeds): void {
  const addresses = new RateLimiterMemory({ points: 20, duration: 15 * 60 })

  app.get('/login', { config: { right: 'public' } }, async (request, reply) => {
    if (request.operator) return reply.redirect('/today')
    const { next } = nextInput.parse(request.query)
    return sendLogin(request, reply, needs, { next })
  })

  app.post('/login', { config: { right: 'public' } }, async (request, reply) => {
    const input = form.safeParse(request.body)
    if (!input.success) return sendLogin(request, reply, needs, { status: 422, problem: 'Введите имя и пароль.' })
    const { username, password, next } = input.data
    const waitMs = await takeTry(addresses, request.ip)
    const again = { username, next }
    if (waitMs > 0) return sendLogin(request, reply, needs, { ...again, ...tooMany(waitMs) })
    const result = await needs.access.logIn(username, password, request.ip)
    await noteLogin(needs, result)
    if (result.kind !== 'in') return sendLogin(request, reply, needs, { ...again, ...refusalOf(result) })
    await addresses.reward(request.ip, 1)
    const isSecure = request.protocol === 'https' || needs.publicUrl?.startsWith('https:') === true
    setSessionCookie(reply, result.token, isSecure)
    return reply.redirect(next !== undefined && isOwnPage(next) ? next : '/today', 303)
  })
}

/** Whose door was tried is told only of users there are: what a stranger types may be anything, a password too. */
async function noteLogin({ db }: LoginNeeds, result: LoginResult): Promise<void> {
  const whose =
    result.user === undefined ? { who: '—', kind: 'stranger' as const } : { who: result.user, kind: 'user' as const }
  const act = { in: 'login.in', wrong: 'login.wrong', locked: 'login.locked' } as const
  await recordAct(db, { ...whose, act: act[result.kind], outcome: result.kind === 'in' ? 'done' : 'denied' })
}

/** `POST /logout`, for those who are logged in. */
export function logoutRoutes(app: FastifyInstance, { access }: LoginNeeds): void {
  app.post('/logout', { config: { right: 'own', act: 'login.out' } }, async (request, reply) => {
    const token = tokenOf(request)
    if (token !== undefined) await access.logOut(token)
    clearSessionCookie(reply)
    return reply.redirect('/login', 303)
  })
}

/** How long this address must wait; 0 when it may try now. */
async function takeTry(limiter: RateLimiterMemory, address: string): Promise<number> {
  try {
    await limiter.consume(address)
    return 0
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext)
    throw refusal
  }
}

type Refusal = { status: number; problem: string; retryAfterMs?: number }

function refusalOf(result: Exclude<LoginResult, { kind: 'in' }>): Refusal {
  if (result.kind === 'wrong')
    return { status: 401, problem: 'Имя или пароль не подходят. Проверьте раскладку и Caps Lock.' }
  return tooMany(result.until.getTime() - Date.now())
}

function tooMany(waitMs: number): Refusal {
  const ms = Math.max(1_000, waitMs)
  return {
    status: 429,
    problem: `Слишком много неудачных попыток. Вход закрыт, попробуйте снова через ${spanText(ms)}.`,
    retryAfterMs: ms,
  }
}

type LoginView = Partial<Refusal> & { username?: string; next?: string | undefined }

function sendLogin(request: FastifyRequest, reply: FastifyReply, needs: LoginNeeds, view: LoginView): FastifyReply {
  if (view.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(view.retryAfterMs / 1000))
  return sendPage(request, reply, { title: 'Вход', body: loginBody(needs, view), status: view.status ?? 200 })
}

function loginBody({ companyName }: LoginNeeds, view: LoginView): Html {
  return html`<form class="login" method="post" action="/login">
<h1>Вестник</h1>
<p class="quiet">${companyName === undefined ? 'Сообщения о приёмке и выплатах' : `${companyName}: сообщения о приёмке и выплатах`}</p>
${view.problem === undefined ? nothing : html`<p class="notice bad" role="alert">${view.problem}</p>`}
<label>Имя
<input name="username" required maxlength="100" autocomplete="username" autocapitalize="none" spellcheck="false" value="${view.username ?? ''}" autofocus></label>
<label>Пароль
<input name="password" type="password" required maxlength="500" autocomplete="current-password"></label>
${view.next !== undefined && isOwnPage(view.next) ? html`<input type="hidden" name="next" value="${view.next}">` : nothing}
<button>Войти</button>
</form>`
}
