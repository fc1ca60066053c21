import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type ChannelName, channelNames } from '../../channels/channel.ts'
import { type Reason, reasons } from '../../deliveries/delivery.ts'
import { reasonsOf, reasonTexts, type Side, sideOf, sides } from '../../deliveries/reasons.ts'
import { countDead, type DeadFilter } from '../../deliveries/store/dead-letters.ts'
import { plural } from '../../lib/russian/plural.ts'
import { mostReplayed, replay } from '../../notifications/replay.ts'
import { may, operatorOf } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import type { Desk } from '../desk.ts'
import { hidden, postedIn, selectField } from '../frame/forms.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { clockOf } from '../frame/moments.ts'
import { csrfField, sendPage } from '../frame/page.ts'
import { channelTitle, emptyState, noticeList } from '../frame/pieces.ts'
import { reasonWords } from '../frame/words.ts'
import { withoutForce } from '../hand/page.ts'
import { journalPath } from '../journal/filter.ts'

const periods = { '1': 'за сутки', '3': 'за три дня', '7': 'за неделю', '30': 'за месяц' } as const
type Days = keyof typeof periods
const query = z.object({ days: z.enum(['1', '3', '7', '30']).catch('3').default('3') })

const sideTexts: Record<Side, { title: string; about: string }> = {
  ours: { title: 'Наша вина', about: 'Настройка, шаблон или связь. Исправьте причину и отправьте ещё раз.' },
  theirs: {
    title: 'Со стороны клиента',
    about: 'Заблокировал бота или отказался. Позвоните ему или отправьте другим каналом.',
  },
  unreachable: {
    title: 'Некуда отправить',
    about: 'Клиент не подключил мессенджер или не дал согласия. Подключить можно на площадке, с его телефона.',
  },
}

/** `GET /undelivered`: what ended without arriving, by whose it is to mend; and sending it once more by a list. */
export function undeliveredRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/undelivered', { config: { right: 'see', act: 'look.dead' } }, async (request, reply) => {
    const operator = operatorOf(request)
    const { days } = query.parse(request.query)
    const counts = await countDead(desk.db, filterOf(sides.flatMap(reasonsOf), days, operator))
    return sendPage(request, reply, {
      title: 'Не дошло',
      at: 'undelivered',
      body: html`<h1>Не дошло</h1>
<p class="tabs">${Object.entries(periods).map(([value, title]) => html`<a href="/undelivered?days=${value}"${value === days ? html` aria-current="page"` : nothing}>${title}</a> `)}</p>
${counts.length === 0 ? emptyState('Дошло всё', 'Сообщений, которые кончились ничем, за это время нет.') : sides.map((side) => sidePart(side, counts, days, operator))}`,
    })
  })

  app.post('/undelivered/replay', { config: { right: 'act', act: 'delivery.replay' } }, async (request, reply) => {
    const operator = operatorOf(request)
    const posted = postedIn(request)
    const reason = reasons.find((each) => each === posted.one('reason'))
    const { days } = query.parse({ days: posted.one('days') })
    const channel = channelNames.find((each) => each === posted.one('channel'))
    const order = {
      by: operator.userName,
      within: { source: null, branches: operator.branches },
      channel,
      limit: limitIn(posted.one('limit')),
    }
    const wanted = reason === undefined || sideOf[reason] === null ? [] : [reason]
    const done = await replay(desk, filterOf(wanted, days, operator), order)
    request.noted.object = reason ?? 'none'
    request.noted.detail = { total: done.total, resent: done.resent, refused: done.refused.length }
    const why = [...new Set(done.refused.map(({ text }) => withoutForce(text)))]
    return sendPage(request, reply, {
      title: 'Отправлено ещё раз',
      at: 'undelivered',
      body: html`<h1>Отправлено ещё раз</h1>
${noticeList([`Поставлено в очередь: ${done.resent} ${plural(done.resent, messages)} из ${done.total}.`, ...(done.already === 0 ? [] : [`Уже отправлены раньше: ${done.already}.`])])}
${why.length === 0 ? nothing : html`<div class="why doubt"><p><b>Не отправлено: ${String(done.refused.length)}.</b></p><ul>${why.map((text) => html`<li>${text}</li>`)}</ul></div>`}
<p class="act"><a class="button" href="/undelivered?days=${days}">К списку</a></p>`,
    })
  })

  function filterOf(wanted: readonly Reason[], days: Days, { branches }: Session): DeadFilter {
    const from = new Date(clockOf(desk.policy.timezone).now.getTime() - Number(days) * 86_400_000)
    return { reasons: wanted, from, ...(branches === null ? {} : { branches }) }
  }

  function sidePart(
    side: Side,
    counts: readonly { reason: Reason; count: number }[],
    days: Days,
    operator: Session,
  ): Html {
    const own = counts.filter(({ reason }) => sideOf[reason] === side)
    if (own.length === 0) return nothing
    const total = own.reduce((sum, each) => sum + each.count, 0)
    return html`<section class="side-part"><h2>${sideTexts[side].title}: ${total.toLocaleString('ru')}</h2><p class="quiet">${sideTexts[side].about}</p>
<ul class="rows">${own.map((each) => reasonItem(each, days, operator))}</ul></section>`
  }

  function reasonItem({ reason, count }: { reason: Reason; count: number }, days: Days, operator: Session): Html {
    const from = new Date(Date.now() - Number(days) * 86_400_000).toISOString().slice(0, 10)
    return html`<li class="stack"><div class="row"><div><a href="${journalPath({ reason, from })}"><b>${reasonWords[reason]}</b></a>
<small>${reasonTexts[reason].cause} ${reasonTexts[reason].advice}</small></div><b class="count">${count.toLocaleString('ru')}</b></div>
${may(operator, 'act') && isWorthRepeating(reason) ? replayForm(reason, count, days, operator) : nothing}</li>`
  }

  function replayForm(reason: Reason, count: number, days: Days, operator: Session): Html {
    const channels: readonly ChannelName[] = desk.policy.channelsOn
    return html`<details><summary>Отправить ещё раз…</summary><form class="form inline" method="post" action="/undelivered/replay">
${csrfField(operator)}${hidden({ reason, days })}
${selectField('channel', 'Через', [{ value: '', title: 'тот же или следующий мессенджер клиента' }, ...channels.map((value) => ({ value, title: channelTitle(value) }))], '')}
<label>Не больше <input name="limit" type="number" min="1" max="${mostReplayed}" value="${Math.min(count, 100)}"></label>
<button>Отправить</button></form><p class="quiet">От старых к новым. Что могло дойти, здесь не повторяется; кто отказался или удалён, не получит ничего.</p></details>`
  }
}

const messages = { one: 'сообщение', few: 'сообщения', many: 'сообщений' }

/** Whoever said no or is not there gets nothing from a list. */
function isWorthRepeating(reason: Reason): boolean {
  return reason !== 'opted_out' && reason !== 'no_consent'
}

function limitIn(text: string): number {
  const limit = Number(text)
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, mostReplayed) : 100
}
