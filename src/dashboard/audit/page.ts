import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type Act, type ActOutcome, actNames, acts, outcomeTitles } from '../../audit/acts.ts'
import { type AuditRecord, auditLines } from '../../audit/store.ts'
import type { Desk } from '../desk.ts'
import { selectField, textField } from '../frame/forms.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, clockOf, momentTag } from '../frame/moments.ts'
import { emptyState } from '../frame/pieces.ts'
import { type Tone, wordOf } from '../frame/words.ts'
import { sendSettings } from '../settings/frame.ts'

const pageSize = 100

const query = z.object({
  who: z.string().max(100).catch('').default(''),
  act: z
    .enum(['', 'deeds', ...actNames])
    .catch('')
    .default(''),
  object: z.string().max(200).catch('').default(''),
  cursor: z
    .string()
    .regex(/^aud_[0-9a-f]{32}$/)
    .optional()
    .catch(undefined),
})
type Asked = z.output<typeof query>

/** `GET /audit`: who did what, on what, when, and what came of it. */
export function auditRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/audit', { config: { right: 'manage', act: 'look.audit' } }, async (request, reply) => {
    const asked = query.parse(request.query)
    const clock = clockOf(desk.policy.timezone)
    const found = await auditLines(desk.db, filterOf(asked), pageSize + 1)
    const shown = found.slice(0, pageSize)
    const last = found.length > shown.length ? shown.at(-1) : undefined
    return sendSettings(request, reply, {
      at: '/audit',
      body: html`<p class="lead">Каждый просмотр личных данных и каждое действие. Записи нельзя ни изменить, ни удалить.</p>
<form class="filter-grid card" action="/audit">${textField('who', 'Кто', asked.who, { max: 100 })}${selectField('act', 'Что', choices, asked.act)}${textField('object', 'С чем', asked.object, { max: 200 })}<p class="filter-acts"><button>Показать</button></p></form>
${shown.length === 0 ? emptyState('Записей нет', 'По этому отбору никто ничего не делал.') : html`<ol class="rows audit">${shown.map((each) => auditItem(each, clock))}</ol>`}
${last === undefined ? nothing : html`<p class="pager"><a rel="next" href="${pathOf({ ...asked, cursor: last.id })}">Дальше</a></p>`}`,
    })
  })
}

function filterOf({ who, act, object, cursor }: Asked) {
  return {
    who: who || undefined,
    act: act === '' || act === 'deeds' ? undefined : act,
    isDeedsOnly: act === 'deeds',
    object: object || undefined,
    before: cursor,
  }
}

const choices = [
  { value: '', title: 'всё' },
  { value: 'deeds', title: 'без просмотров' },
  ...actNames.map((value) => ({ value, title: acts[value] })),
]

function pathOf(asked: Asked): string {
  const given = Object.entries(asked).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  )
  return `/audit?${new URLSearchParams(given)}`
}

const tones: Record<ActOutcome, Tone> = { done: 'good', refused: 'doubt', denied: 'bad', failed: 'bad' }

function auditItem({ at, who, kind, act, object, outcome, detail }: AuditRecord, clock: Clock): Html {
  return html`<li><div class="when">${momentTag(at, clock)}</div>
<div><b>${titleOf(act)}</b> ${outcome === 'done' ? nothing : html`<span class="state ${tones[outcome]}">${outcomeTitles[outcome]}</span>`}
<small>${kind === 'key' ? 'ключ ' : kind === 'stranger' ? 'неизвестный ' : ''}${who}${object === null ? nothing : html` · ${objectLink(object)}`}${detailText(detail)}</small></div></li>`
}

function titleOf(act: string): string {
  const known = actNames.find((each): each is Act => each === act)
  return known === undefined ? act : acts[known]
}

function objectLink(object: string): Html {
  if (object.startsWith('cli_')) return html`<a href="/clients/${object}"><code>${object}</code></a>`
  if (object.startsWith('evt_')) return html`<a href="/events/${object}"><code>${object}</code></a>`
  if (object.startsWith('dlv_')) return html`<a href="/journal?q=${object}"><code>${object}</code></a>`
  return html`<code>${object}</code>`
}

function detailText(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return ''
  const told = Object.entries(detail).filter(([, value]) => value !== null && value !== undefined && value !== false)
  return told.length === 0
    ? ''
    : ` · ${told.map(([name, value]) => (value === true ? wordOf(detailWords, name) : `${wordOf(detailWords, name)}: ${String(value)}`)).join(', ')}`
}

const detailWords: Record<string, string> = {
  searched: 'поиск',
  filtered: 'с фильтрами',
  rows: 'строк',
  total: 'всего',
  resent: 'отправлено',
  refused: 'отказов',
  force: 'повтор подтверждён',
  phone: 'по телефону',
  channel: 'канал',
  state: 'состояние',
  status: 'состояние',
  reason: 'причина',
  type: 'событие',
  branch: 'площадка',
  branches: 'площадки',
  role: 'роль',
  isDisabled: 'вход закрыт',
  from: 'с',
  to: 'по',
  code: 'код',
}
