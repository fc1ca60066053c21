import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type KeyKind, keyKinds } from '../../keys/key.ts'
import { operatorOf } from '../access/rights.ts'
import type { Desk } from '../desk.ts'
import {
  buttonForm,
  type Choice,
  checkboxes,
  hidden,
  orProblem,
  postedIn,
  problemNotice,
  selectField,
  textField,
} from '../frame/forms.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, clockOf, momentTag } from '../frame/moments.ts'
import { csrfField } from '../frame/page.ts'
import { emptyState } from '../frame/pieces.ts'
import { branchesOf } from '../journal/store.ts'
import { sendSettings } from './frame.ts'

const keyShape = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(keyKinds),
  source: z.string().optional(),
  branch: z.string().optional(),
  scopes: z.array(z.string()),
  hint: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
  lastUsedAt: z.string().optional(),
  expiresAt: z.string().optional(),
  state: z.enum(['valid', 'expired', 'revoked']),
})
type Key = z.output<typeof keyShape>

const sourcesShape = z.object({
  sources: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      address: z.string(),
      profile: z.enum(['verified', 'guessed']),
      lastEventAt: z.string().optional(),
      eventsIn24h: z.number(),
      hasEnvironmentKey: z.boolean(),
      isSigned: z.boolean(),
    }),
  ),
})
type Source = z.output<typeof sourcesShape>['sources'][number]

const kindWords: Record<KeyKind, { title: string; about: string }> = {
  live: { title: 'рабочий', about: 'сообщения уходят клиентам' },
  team: { title: 'командный', about: 'сообщения получают только сотрудники' },
  test: { title: 'тестовый', about: 'ничего не уходит, всё видно в журнале' },
}

const idInput = z.object({ id: z.string().max(50) })

type Shown = {
  problem?: string
  secret?: { name: string; key: string }
  typed?: Record<string, string>
  scopes?: string[]
}

/** Who posts events, and the keys by which machines enter; each key is shown once. */
export function sourceRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/settings/sources', { config: { right: 'manage', act: 'look.settings' } }, (request, reply) =>
    show(desk, request, reply, {}),
  )
  const made = z.object({ name: z.string(), key: z.string() })
  app.post(
    '/settings/keys',
    { config: { right: 'manage', act: 'key.create', isNotedBelow: true } },
    async (request, reply) => {
      const posted = postedIn(request)
      const typed = Object.fromEntries(['name', 'kind', 'source', 'branch'].map((name) => [name, posted.one(name)]))
      const scopes = posted.many('scopes')
      const { name, kind, source, branch } = typed
      const body = { name, kind, scopes, ...(source === '' ? {} : { source }), ...(branch === '' ? {} : { branch }) }
      return await orProblem(
        reply,
        async () => {
          const secret = made.parse(await desk.ask('POST /keys', { body }, operatorOf(request).userName))
          return await show(desk, request, reply, { secret })
        },
        (problem) => show(desk, request, reply, { problem, typed, scopes }),
      )
    },
  )
  app.post(
    '/settings/keys/:id/rotate',
    { config: { right: 'manage', act: 'key.rotate', isNotedBelow: true } },
    async (request, reply) => {
      const { id } = idInput.parse(request.params)
      const body = { overlapHours: 24 }
      const secret = made.parse(
        await desk.ask('POST /keys/:id/rotate', { params: { id }, body }, operatorOf(request).userName),
      )
      return await show(desk, request, reply, { secret })
    },
  )
  app.post(
    '/settings/keys/:id/revoke',
    { config: { right: 'manage', act: 'key.revoke', isNotedBelow: true } },
    async (request, reply) => {
      const { id } = idInput.parse(request.params)
      await desk.ask('DELETE /keys/:id', { params: { id } }, operatorOf(request).userName)
      return reply.redirect('/settings/sources?done=revoked', 303)
    },
  )
}

async function show(desk: Desk, request: FastifyRequest, reply: FastifyReply, shown: Shown): Promise<FastifyReply> {
  const { userName } = operatorOf(request)
  const { sources } = sourcesShape.parse(await desk.ask('GET /sources', {}, userName))
  const { keys } = z.object({ keys: z.array(keyShape) }).parse(await desk.ask('GET /keys', {}, userName))
  const clock = clockOf(desk.policy.timezone)
  const valid = keys.filter((each) => each.state === 'valid')
  const old = keys.filter((each) => each.state !== 'valid')
  return sendSettings(request, reply, {
    at: '/settings/sources',
    body: html`${problemNotice(shown.problem)}
${shown.secret === undefined ? nothing : html`<p class="notice good" role="status">Ключ «${shown.secret.name}»: <code class="secret">${shown.secret.key}</code><br>Скопируйте его сейчас: он нигде не хранится и больше показан не будет.</p>`}
<ul class="rows">${sources.map((each) => sourceItem(each, clock))}</ul>
<h2>Ключи</h2>
${valid.length === 0 ? emptyState('Ключей в базе нет', 'Источники представляются ключами из окружения (WEBHOOK_…_KEY). Здесь можно выпустить отдельный ключ каждой площадке.') : html`<ul class="rows">${valid.map((each) => keyItem(each, request, clock))}</ul>`}
${old.length === 0 ? nothing : html`<details><summary>Отозванные и истёкшие: ${String(old.length)}</summary><ul class="rows">${old.map((each) => keyItem(each, request, clock))}</ul></details>`}
<h2>Новый ключ</h2>
${await newKeyForm(desk, request, sources, shown)}`,
  })
}

function sourceItem(source: Source, clock: Clock): Html {
  const { title, address, profile, lastEventAt, eventsIn24h, hasEnvironmentKey, isSigned } = source
  return html`<li><div><b>${title}</b> ${profile === 'verified' ? html`<span class="state good">формат проверен</span>` : html`<span class="state doubt">формат предполагаемый</span>`}
<small><code>POST ${address}</code> ${hasEnvironmentKey ? 'Ключ из окружения есть.' : 'Ключа в окружении нет.'}${isSigned ? ' Нужна подпись.' : ''}</small></div>
<div><small>${lastEventAt === undefined ? 'Событий ещё не было' : html`За сутки событий: ${String(eventsIn24h)}, последнее ${momentTag(new Date(lastEventAt), clock)}`}</small></div></li>`
}

function keyItem(key: Key, request: FastifyRequest, clock: Clock): Html {
  const operator = operatorOf(request)
  const whose = [key.source, key.branch === undefined ? undefined : `площадка ${key.branch}`, key.scopes.join(', ')]
    .filter(Boolean)
    .join('; ')
  const used =
    key.lastUsedAt === undefined ? 'не использовался' : html`использован ${momentTag(new Date(key.lastUsedAt), clock)}`
  return html`<li><div><b>${key.name}</b> <code>…${key.hint}</code> <span class="state ${key.kind === 'live' ? 'good' : 'calm'}">${kindWords[key.kind].title}</span>
<small>${whose}. Выпустил ${key.createdBy}, ${momentTag(new Date(key.createdAt), clock)}; ${used}${key.expiresAt === undefined ? nothing : html`; действует до ${momentTag(new Date(key.expiresAt), clock)}`}</small></div>
${key.state === 'valid' ? html`<div class="row-acts">${buttonForm(`/settings/keys/${key.id}/rotate`, operator, 'Заменить', hidden({}), 'small quiet')}${buttonForm(`/settings/keys/${key.id}/revoke`, operator, 'Отозвать', hidden({}), 'small danger')}</div>` : html`<span class="state calm">${key.state === 'revoked' ? 'отозван' : 'истёк'}</span>`}</li>`
}

async function newKeyForm(
  desk: Desk,
  request: FastifyRequest,
  sources: readonly Source[],
  { typed = {}, scopes = [] }: Shown,
): Promise<Html> {
  const kinds: Choice[] = keyKinds.map((value) => ({
    value,
    title: `${kindWords[value].title}: ${kindWords[value].about}`,
  }))
  const branches = (await branchesOf(desk.db)).map(({ code, name }) => ({ value: code, title: name }))
  const none = { value: '', title: '—' }
  return html`<form class="card form" method="post" action="/settings/keys">${csrfField(operatorOf(request))}
${textField('name', 'Для кого', typed['name'] ?? '', { required: true, max: 200, hint: 'Чтобы потом знать, что отзывать: «1С, Нижний Новгород»' })}
${selectField('source', 'Источник событий', [none, ...sources.map(({ name, title }) => ({ value: name, title }))], typed['source'] ?? '', 'Кто передаёт события этим ключом; для программы, которая только читает, — прочерк')}
${selectField('branch', 'Площадка', [{ value: '', title: 'все' }, ...branches], typed['branch'] ?? '')}
${selectField('kind', 'Вид', kinds, typed['kind'] ?? 'live')}
<details><summary>Права в /api/v1, если ключ не для отправки событий</summary>${checkboxes('scopes', 'Права', desk.scopes, scopes)}</details>
<p><button>Выпустить ключ</button></p></form>`
}
