import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { QueueView } from '../../notifications/queues.ts'
import { operatorOf } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import type { Desk } from '../desk.ts'
import { buttonForm } from '../frame/forms.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, momentTag } from '../frame/moments.ts'

const params = z.object({ name: z.string(), verb: z.enum(['pause', 'drain', 'resume']) })
const acts = { pause: 'queue.pause', drain: 'queue.drain', resume: 'queue.resume' } as const
const said = { pause: 'paused', drain: 'draining', resume: 'running' } as const

/** `POST /queues/:name/pause`, `drain` and `resume`. */
export function queueRoutes(app: FastifyInstance, desk: Desk): void {
  for (const verb of ['pause', 'drain', 'resume'] as const) {
    const config = { right: 'manage', act: acts[verb], isNotedBelow: true } as const
    app.post(`/queues/:name/${verb}`, { config }, async (request, reply) => {
      const { name } = params.pick({ name: true }).parse(request.params)
      await desk.ask(`POST /queues/:name/${verb}`, { params: { name } }, operatorOf(request).userName)
      return reply.redirect(`/settings?done=${said[verb]}`, 303)
    })
  }
}

/** Each messenger and each kind of messages, with what is in it and what can be done to it. */
export function queueList(queues: readonly QueueView[], operator: Session, clock: Clock): Html {
  return html`<ul class="rows">${queues.map((each) => queueItem(each, operator, clock))}</ul>
<p class="quiet">«Остановить» держит всё; «доводить начатое» отпускает только повторы уже начатых сообщений. События принимаются и в это время.</p>`
}

function queueItem(queue: QueueView, operator: Session, clock: Clock): Html {
  const { name, title, mode, since, by, inHand, begun, waiting } = queue
  const act = (verb: keyof typeof acts, word: string, kind = 'small') =>
    buttonForm(`/queues/${name}/${verb}`, operator, word, nothing, kind)
  return html`<li><div><b>${title}</b> ${stateOf(mode)}
<small>${since === undefined ? nothing : html`С ${momentTag(since, clock)}, ${by ?? ''}. `}Ждёт ${String(waiting)}, начато ${String(begun)}, передаётся ${String(inHand)}.</small></div>
<div class="row-acts">${
    mode === 'running'
      ? html`${act('pause', 'Остановить')}${act('drain', 'Доводить начатое', 'small quiet')}`
      : html`${act('resume', 'Пустить')}${mode === 'paused' ? act('drain', 'Доводить начатое', 'small quiet') : act('pause', 'Остановить', 'small quiet')}`
  }</div></li>`
}

function stateOf(mode: QueueView['mode']): Html {
  switch (mode) {
    case 'running':
      return html`<span class="state good">идёт</span>`
    case 'paused':
      return html`<span class="state busy">остановлено</span>`
    case 'draining':
      return html`<span class="state busy">доводится начатое</span>`
  }
}
