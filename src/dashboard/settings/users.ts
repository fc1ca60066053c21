import { randomInt } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { RequestError } from '../../lib/errors.ts'
import { hashPassword } from '../access/password.ts'
import { operatorOf, type Role, roles, roleWords } from '../access/rights.ts'
import { changeUser, createUser, endSessions, listUsers, setPassword, type User } from '../access/users/store.ts'
import type { Desk } from '../desk.ts'
import {
  buttonForm,
  type Choice,
  checkboxes,
  orProblem,
  postedIn,
  problemNotice,
  selectField,
  textField,
} from '../frame/forms.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { clockOf, momentTag } from '../frame/moments.ts'
import { csrfField } from '../frame/page.ts'
import { type Branch, branchesOf } from '../journal/store.ts'
import { sendSettings } from './frame.ts'

const nameForm = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.string().regex(/^[\p{L}\d][\p{L}\d._-]{1,39}$/u))
const idInput = z.object({ name: z.string().max(100) })

type Shown = {
  problem?: string
  made?: { name: string; password: string }
  typed?: { name: string; role: string; branches: string[] }
}

/** Who may enter, and what each may do. */
export function userRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/settings/users', { config: { right: 'manage', act: 'look.settings' } }, (request, reply) =>
    show(desk, request, reply, {}),
  )

  app.post('/settings/users', { config: { right: 'manage', act: 'user.create' } }, async (request, reply) => {
    const posted = postedIn(request)
    const typed = { name: posted.one('name'), role: posted.one('role'), branches: posted.many('branches') }
    return await orProblem(
      reply,
      async () => {
        const name = nameForm.safeParse(typed.name)
        if (!name.success)
          throw new RequestError('field_invalid', 'Имя: от 2 до 40 букв и цифр, можно точку, дефис и подчёркивание.')
        request.noted.object = name.data
        const { role, branches } = rightsIn(typed)
        const password = newPassword()
        const user = { name: name.data, role, branches, passwordHash: await hashPassword(password) }
        if (!(await createUser(desk.db, user)))
          throw new RequestError('conflict', 'Пользователь с таким именем уже есть.')
        return await show(desk, request, reply, { made: { name: name.data, password } })
      },
      (problem) => show(desk, request, reply, { problem, typed }),
    )
  })

  app.post('/settings/users/:name', { config: { right: 'manage', act: 'user.change' } }, async (request, reply) => {
    const { name } = idInput.parse(request.params)
    const posted = postedIn(request)
    return await orProblem(
      reply,
      async () => {
        const rights = rightsIn({ role: posted.one('role'), branches: posted.many('branches') })
        const isDisabled = posted.one('disabled') === 'true'
        if (isDisabled && name === operatorOf(request).userName)
          throw new RequestError('conflict', 'Закрыть вход самому себе нельзя: попросите другого администратора.')
        request.noted.detail = { ...rights, isDisabled }
        const changed = await changeUser(desk.db, name, { ...rights, isDisabled })
        if (changed === 'unknown') throw unknownUser()
        if (changed === 'last')
          throw new RequestError('conflict', 'Это последний администратор: без него некому будет вернуть права.')
        return reply.redirect('/settings/users?done=saved', 303)
      },
      (problem) => show(desk, request, reply, { problem }),
    )
  })

  app.post(
    '/settings/users/:name/password',
    { config: { right: 'manage', act: 'user.password' } },
    async (request, reply) => {
      const { name } = idInput.parse(request.params)
      const password = newPassword()
      if (!(await setPassword(desk.db, { name, passwordHash: await hashPassword(password), mustChange: true })))
        throw unknownUser()
      await endSessions(desk.db, name, null)
      return await show(desk, request, reply, { made: { name, password } })
    },
  )
}

function unknownUser(): RequestError {
  return new RequestError('not_found', 'Такого пользователя нет.')
}

/** An administrator sees all branches; whoever has none marked does too. */
function rightsIn({ role, branches }: { role: string; branches: string[] }): { role: Role; branches: string[] | null } {
  const known = roles.find((each) => each === role)
  if (known === undefined) throw new RequestError('field_invalid', 'Выберите роль.')
  return { role: known, branches: known === 'administrator' || branches.length === 0 ? null : branches }
}

const letters = 'abcdefghijkmnpqrstuvwxyz23456789'

/** Four groups of four, without letters that are read as others: 79 bits, and it is changed at the first login. */
function newPassword(): string {
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
  return [group(), group(), group(), group()].join('-')
}

async function show(desk: Desk, request: FastifyRequest, reply: FastifyReply, shown: Shown): Promise<FastifyReply> {
  const [users, branches] = await Promise.all([listUsers(desk.db), branchesOf(desk.db)])
  const clock = clockOf(desk.policy.timezone)
  const me = operatorOf(request)
  const { made, typed, problem } = shown
  return sendSettings(request, reply, {
    at: '/settings/users',
    body: html`${problemNotice(problem)}
${made === undefined ? nothing : html`<p class="notice good" role="status">Пользователь <b>${made.name}</b>, временный пароль <code class="secret">${made.password}</code>. Он показан один раз; при первом входе пользователь придумает свой.</p>`}
<ul class="rows">${users.map(
      (user) => html`<li class="stack"><div class="row"><div><b>${user.name}</b> ${stateOf(user)}
<small>${roleWords[user.role].title}${user.branches === null ? ', все площадки' : `, площадки: ${user.branches.map((code) => nameOf(branches, code)).join(', ')}`}${user.lastLoginAt === null ? '; ещё не входил' : html`; входил ${momentTag(user.lastLoginAt, clock)}`}</small></div>
<div class="row-acts">${buttonForm(`/settings/users/${encodeURIComponent(user.name)}/password`, me, 'Новый пароль', nothing, 'small quiet')}</div></div>
<details><summary>Изменить</summary><form class="form" method="post" action="/settings/users/${encodeURIComponent(user.name)}">${csrfField(me)}
${rightsFields(user.role, user.branches ?? [], branches)}
${user.name === me.userName ? nothing : html`<label class="check"><input type="checkbox" name="disabled" value="true"${user.disabledAt === null ? nothing : html` checked`}> Вход закрыт</label>`}
<p><button>Сохранить</button></p></form></details></li>`,
    )}</ul>
<h2>Новый пользователь</h2>
<form class="card form" method="post" action="/settings/users">${csrfField(me)}
${textField('name', 'Имя для входа', typed?.name ?? '', { required: true, max: 40, hint: 'Например, ivanova' })}
${rightsFields(typed?.role ?? 'operator', typed?.branches ?? [], branches)}
<p><button>Создать</button></p></form>`,
  })
}

function rightsFields(role: string, chosen: readonly string[], branches: readonly Branch[]): Html {
  const choices: Choice[] = roles.map((value) => ({
    value,
    title: `${roleWords[value].title}: ${roleWords[value].about}`,
  }))
  return html`${selectField('role', 'Роль', choices, role)}
${
  branches.length === 0
    ? nothing
    : checkboxes(
        'branches',
        'Только площадки (ни одной не отмечено — все)',
        branches.map(({ code, name }) => ({ value: code, title: name })),
        chosen,
      )
}`
}

function nameOf(branches: readonly Branch[], code: string): string {
  return branches.find((each) => each.code === code)?.name ?? code
}

function stateOf(user: User): Html {
  if (user.disabledAt !== null) return html`<span class="state calm">вход закрыт</span>`
  if (user.mustChangePassword) return html`<span class="state doubt">временный пароль</span>`
  return html`<span class="state good">работает</span>`
}
