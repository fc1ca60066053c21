import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '../access.ts'
import { postedIn, problemNotice, textField } from '../frame/forms.ts'
import { html, nothing } from '../frame/html.ts'
import { csrfField, sendPage } from '../frame/page.ts'
import { doneNotice } from '../hand/page.ts'
import { tokenOf } from './guard.ts'
import { operatorOf } from './rights.ts'

export const shortestPassword = 10

/** Why this may not be a password; undefined when it may. */
export function flawOfPassword(password: string, name: string): string | undefined {
  if ([...password].length < shortestPassword)
    return `Пароль слишком короткий: нужно не меньше ${shortestPassword} знаков.`
  if (password.toLowerCase().includes(name.toLowerCase())) return 'В пароле не должно быть имени пользователя.'
  if (new Set(password).size < 5) return 'Пароль слишком простой: в нём почти одни и те же знаки.'
  return undefined
}

/** `GET` and `POST /password`: one's own password; the only page for whoever has one that somebody else has set. */
export function passwordRoutes(app: FastifyInstance, { access }: { access: Access }): void {
  app.get('/password', { config: { right: 'own' } }, async (request, reply) => show(request, reply, undefined))
  app.post('/password', { config: { right: 'own', act: 'password.change' } }, async (request, reply) => {
    const operator = operatorOf(request)
    const posted = postedIn(request)
    const [present, next, repeated] = [posted.one('present'), posted.one('next'), posted.one('repeated')]
    const refuse = (problem: string, status = 422) => show(request, reply.code(status), problem)
    if (next !== repeated) return refuse('Новый пароль и его повтор различаются.')
    if (next === present) return refuse('Новый пароль такой же, как прежний.')
    const flaw = flawOfPassword(next, operator.userName)
    if (flaw !== undefined) return refuse(flaw)
    const result = await access.changePassword(operator.userName, present, next, tokenOf(request) ?? '')
    if (result === 'locked') return refuse('Слишком много неудачных попыток. Попробуйте через пять минут.', 429)
    if (result === 'wrong') return refuse('Прежний пароль не подходит. Проверьте раскладку и Caps Lock.')
    return reply.redirect('/password?done=password', 303)
  })
}

function show(request: FastifyRequest, reply: FastifyReply, problem: string | undefined): FastifyReply {
  const operator = operatorOf(request)
  return sendPage(request, reply, {
    title: 'Пароль',
    withoutSearch: operator.mustChangePassword,
    body: html`<form class="login" method="post" action="/password">
<h1>Сменить пароль</h1>
${doneNotice(request.query)}
${operator.mustChangePassword ? html`<p class="notice">Ваш пароль задал администратор. Придумайте свой, и можно работать.</p>` : nothing}
${problemNotice(problem)}
${csrfField(operator)}
<input type="hidden" name="username" value="${operator.userName}" autocomplete="username">
${textField('present', 'Прежний пароль', '', { type: 'password', required: true, autocomplete: 'current-password' })}
${textField('next', 'Новый пароль', '', { type: 'password', required: true, autocomplete: 'new-password', hint: `Не меньше ${shortestPassword} знаков. Хорошо подходят три-четыре случайных слова.` })}
${textField('repeated', 'Новый пароль ещё раз', '', { type: 'password', required: true, autocomplete: 'new-password' })}
<button>Сменить</button></form>`,
  })
}
