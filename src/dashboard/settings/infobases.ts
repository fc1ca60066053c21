import type { FastifyInstance } from 'fastify'
import { type ListedInfobase, listInfobases } from '../../events/store/infobases.ts'
import { operatorOf } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import type { Desk } from '../desk.ts'
import { buttonForm, hidden, postedIn } from '../frame/forms.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, clockOf, momentTag } from '../frame/moments.ts'
import { emptyState } from '../frame/pieces.ts'
import { sourceTitle } from '../frame/words.ts'
import { sendSettings } from './frame.ts'

const verbs = {
  confirm: { act: 'infobase.confirm', done: 'confirmed' },
  refuse: { act: 'infobase.refuse', done: 'refused' },
} as const

/** Infobases that post: which are real, and which a copy somebody made to try something. */
export function infobaseRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/settings/infobases', { config: { right: 'manage', act: 'look.settings' } }, async (request, reply) => {
    const all = await listInfobases(desk.db)
    const clock = clockOf(desk.policy.timezone)
    return sendSettings(request, reply, {
      at: '/settings/infobases',
      body: html`<p class="lead">Первая база ключа подтверждается сама. Следующая похожа на копию: её события сохраняются, но клиентам не уходят, пока вы не решите.</p>
${all.length === 0 ? emptyState('Баз пока нет', 'Здесь появится каждая база, которая назовёт себя в событии (поле infobase).') : html`<ul class="rows">${all.map((each) => infobaseItem(each, operatorOf(request), clock))}</ul>`}`,
    })
  })
  for (const verb of ['confirm', 'refuse'] as const) {
    const config = { right: 'manage', act: verbs[verb].act, isNotedBelow: true } as const
    app.post(`/infobases/${verb}`, { config }, async (request, reply) => {
      const posted = postedIn(request)
      const body = { infobase: posted.one('infobase'), source: posted.one('source'), keyId: posted.one('keyId') }
      await desk.ask(`POST /infobases/${verb}`, { body }, operatorOf(request).userName)
      const back = posted.one('back') === '/today' ? '/today' : '/settings/infobases'
      return reply.redirect(`${back}?done=${verbs[verb].done}`, 303)
    })
  }
}

function infobaseItem(base: ListedInfobase, operator: Session, clock: Clock): Html {
  const { infobase, source, keyId, state, firstSeenAt, decidedAt, decidedBy, held } = base
  const which = hidden({ infobase, source, keyId })
  return html`<li><div><b>${infobase}</b> ${stateOf(state)}
<small>${sourceTitle(source)}, известна с ${momentTag(firstSeenAt, clock)}${decidedAt === null ? nothing : html`; решил ${decidedBy ?? ''}, ${momentTag(decidedAt, clock)}`}${held === 0 ? nothing : `; удержано событий: ${held}`}</small></div>
<div class="row-acts">${state === 'confirmed' ? nothing : buttonForm('/infobases/confirm', operator, 'База настоящая', which)}${state === 'refused' ? nothing : buttonForm('/infobases/refuse', operator, 'Это копия', which, 'small quiet')}</div></li>`
}

function stateOf(state: ListedInfobase['state']): Html {
  switch (state) {
    case 'confirmed':
      return html`<span class="state good">подтверждена</span>`
    case 'quarantined':
      return html`<span class="state doubt">ждёт решения</span>`
    case 'refused':
      return html`<span class="state calm">копия</span>`
  }
}
