import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { teamContacts } from '../../clients/store/team.ts'
import { eventTypes } from '../../events/event.ts'
import { operatorOf } from '../access/rights.ts'
import type { Desk } from '../desk.ts'
import { orProblem, postedIn, problemNotice, selectField } from '../frame/forms.ts'
import { html, nothing } from '../frame/html.ts'
import { csrfField } from '../frame/page.ts'
import { channelTitle, emptyState, eventTitle } from '../frame/pieces.ts'
import { noteLook } from '../looks/page.ts'
import { phoneBubble } from '../templates/phone.ts'
import { sendSettings } from './frame.ts'

const answerShape = z.object({ channel: z.string(), text: z.string() })

type View = { contact: string; type: string; problem?: string; sent?: z.output<typeof answerShape> }

/** A sample to one of our own people, to see the message where the client will. */
export function testSendRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/settings/test', { config: { right: 'manage', act: 'look.settings' } }, (request, reply) =>
    show(desk, request, reply, { contact: '', type: 'payout.paid' }),
  )
  const config = { right: 'manage', act: 'test.send', isNotedBelow: true } as const
  app.post('/settings/test', { config }, async (request, reply) => {
    const posted = postedIn(request)
    const body = { contact: posted.one('contact'), type: posted.one('type') }
    return await orProblem(
      reply,
      async () => {
        const answer = await desk.ask('POST /test-send', { body }, operatorOf(request).userName)
        return await show(desk, request, reply, { ...body, sent: answerShape.parse(answer) })
      },
      (problem) => show(desk, request, reply, { ...body, problem }),
    )
  })
}

async function show(desk: Desk, request: FastifyRequest, reply: FastifyReply, view: View): Promise<FastifyReply> {
  const contacts = await teamContacts(desk)
  noteLook(
    desk.looks,
    request,
    contacts.map((each) => each.clientId),
  )
  const people = contacts.map(({ id, channel, fullName }) => ({
    value: id,
    title: `${fullName ?? 'Без имени'}, ${channelTitle(channel)}`,
  }))
  const types = eventTypes.map((value) => ({ value, title: eventTitle(value) }))
  return sendSettings(request, reply, {
    at: '/settings/test',
    title: 'Проверка: отправить образец сотруднику',
    body: html`${problemNotice(view.problem)}
${
  view.sent === undefined
    ? nothing
    : html`<p class="notice good" role="status">Отправлено в ${channelTitle(view.sent.channel)}.</p>${phoneBubble(view.sent.channel, { text: view.sent.text })}`
}
${
  people.length === 0
    ? emptyState(
        'Сотрудников нет',
        'Отметьте контакт сотрудника: PUT /api/v1/clients/… с "team": true. Клиентам проверка не отправляется никогда.',
      )
    : html`<form class="card form" method="post" action="/settings/test">${csrfField(operatorOf(request))}
<p class="quiet">Уйдёт событие-пример нынешними словами, с пометкой, что это проверка. Клиентам не отправляется никогда.</p>
${selectField('contact', 'Кому', people, view.contact)}
${selectField('type', 'Что', types, view.type)}
<p><button>Отправить</button></p></form>`
}`,
  })
}
