import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { listErasureRequests } from '../../clients/erasure-requests/store.ts'
import { RequestError } from '../../lib/errors.ts'
import { parseId } from '../../lib/ids.ts'
import type { Question, QuestionState } from '../../questions/question.ts'
import { listQuestions, questionById } from '../../questions/store.ts'
import { may, operatorOf } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import type { Desk } from '../desk.ts'
import { buttonForm, postedIn, problemNotice } from '../frame/forms.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, clockOf, momentTag } from '../frame/moments.ts'
import { csrfField, sendPage } from '../frame/page.ts'
import { channelTitle, emptyState, nameText } from '../frame/pieces.ts'
import { doneNotice } from '../hand/page.ts'
import { noteLook } from '../looks/page.ts'

const tabs: Record<QuestionState, string> = { open: 'Ждут ответа', answered: 'Отвечены', closed: 'Закрыты' }
const pageSize = 30
const query = z.object({
  state: z.enum(['open', 'answered', 'closed']).catch('open').default('open'),
  cursor: z.string().optional().catch(undefined),
})
const idInput = z.object({ id: z.string() })

type Refused = { question: Question; text: string; problem: string }

/** `GET /questions`: what clients asked in the bot; an answer goes into the chat where it was asked. */
export function questionRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/questions', { config: { right: 'see', act: 'look.questions' } }, (request, reply) =>
    show(desk, request, reply),
  )
  app.post(
    '/questions/:id/answer',
    { config: { right: 'act', act: 'question.answer', isNotedBelow: true } },
    async (request, reply) => {
      const question = await questionOf(desk, request)
      const text = postedIn(request).one('text')
      try {
        const params = { id: question.id }
        await desk.ask('POST /questions/:id/answer', { params, body: { text } }, operatorOf(request).userName)
      } catch (error) {
        if (!(error instanceof RequestError) || ![409, 422].includes(error.status)) throw error
        reply.code(error.status)
        return await show(desk, request, reply, {
          question: await questionOf(desk, request),
          text,
          problem: error.status === 422 && text === '' ? 'Ответ пуст: напишите его.' : error.message,
        })
      }
      return reply.redirect('/questions?done=answered', 303)
    },
  )
  app.post(
    '/questions/:id/close',
    { config: { right: 'act', act: 'question.close', isNotedBelow: true } },
    async (request, reply) => {
      const { id } = await questionOf(desk, request)
      await desk.ask('POST /questions/:id/close', { params: { id } }, operatorOf(request).userName)
      return reply.redirect('/questions?done=closed', 303)
    },
  )
}

/** Who asked in the bot to be erased, the oldest first: each has 30 days. */
export function erasureRequestRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/questions/erasures', { config: { right: 'see', act: 'look.questions' } }, async (request, reply) => {
    const { branches } = operatorOf(request)
    const all = await listErasureRequests(desk, 'open', 1000)
    const shown = all.filter(({ branch }) => branches === null || (branch !== null && branches.includes(branch)))
    const clock = clockOf(desk.policy.timezone)
    noteLook(
      desk.looks,
      request,
      shown.map(({ clientId }) => clientId),
    )
    return sendPage(request, reply, {
      title: 'Заявки на удаление',
      at: 'questions',
      body: html`<h1>Заявки на удаление данных</h1>
<p class="lead">Клиент просит об этом в боте. Откройте его карточку и удалите данные в «Действиях»: заявка закроется сама.</p>
${shown.length === 0 ? emptyState('Заявок нет', 'Здесь появятся просьбы клиентов удалить их данные.') : html`<ul class="rows">${shown.map(({ clientId, client, channel, requestedAt }) => html`<li class="stack"><div><a href="/clients/${clientId}"><b>${nameText({ ...client, fullName: undefined })}</b></a><small>${channelTitle(channel)}, ${momentTag(requestedAt, clock)}; срок до ${momentTag(new Date(requestedAt.getTime() + 30 * 86_400_000), clock)}</small></div></li>`)}</ul>`}`,
    })
  })
}

async function questionOf(desk: Desk, request: FastifyRequest): Promise<Question> {
  const id = parseId('question', idInput.parse(request.params).id)
  const question = id && (await questionById(desk, id, scopeOf(operatorOf(request))))
  if (!question) throw new RequestError('not_found', 'Такого вопроса нет.')
  return question
}

function scopeOf({ branches }: Session) {
  return { branchCode: null, branches }
}

async function show(
  desk: Desk,
  request: FastifyRequest,
  reply: FastifyReply,
  refused?: Refused,
): Promise<FastifyReply> {
  const operator = operatorOf(request)
  const { state, cursor } = query.parse(request.query)
  const before = cursor === undefined ? undefined : parseId('question', cursor)
  const found = await listQuestions(desk, { state, before }, scopeOf(operator), pageSize + 1)
  const page = found.slice(0, pageSize)
  const last = found.length > page.length ? page.at(-1) : undefined
  const clock = clockOf(desk.policy.timezone)
  noteLook(
    desk.looks,
    request,
    [...page, ...(refused ? [refused.question] : [])].map(({ client }) => client.id),
  )
  return sendPage(request, reply, {
    title: 'Вопросы',
    at: 'questions',
    body: html`<h1>Вопросы</h1>
${doneNotice(request.query)}
${refused === undefined ? nothing : refusedPart(refused, clock)}
<p class="tabs">${Object.entries(tabs).map(([value, title]) => html`<a href="/questions?state=${value}"${value === state ? html` aria-current="page"` : nothing}>${title}</a> `)}</p>
${page.length === 0 ? emptyState('Вопросов нет', 'Здесь появится то, что клиенты спросят в боте кнопкой «Задать вопрос».') : html`<ul class="rows">${page.map((each) => item(each, operator, clock, refused?.question.state === 'open' && refused.question.id === each.id ? refused.text : ''))}</ul>`}
${last === undefined ? nothing : html`<p class="pager"><a href="/questions?state=${state}&amp;cursor=${last.id}" rel="next">Дальше</a></p>`}`,
  })
}

/** Somebody was quicker: his answer is shown, and what was typed in vain is not lost. */
function refusedPart({ question, text, problem }: Refused, clock: Clock): Html {
  if (question.state === 'open') return problemNotice(problem)
  return html`${problemNotice(problem)}
<section class="card"><p>${question.text ?? ''}</p>${answerPart(question, clock)}
<label>Вы написали<textarea rows="4" readonly>${text}</textarea></label></section>`
}

function item(question: Question, operator: Session, clock: Clock, typed: string): Html {
  const { id, client, channel, branch, at, text, state } = question
  return html`<li class="stack"><div><a href="/clients/${client.id}"><b>${nameText(client)}</b></a>
<small>${channelTitle(channel)}${branch === null ? '' : `, площадка ${branch}`}, ${momentTag(at, clock)}</small></div>
<blockquote class="asked">${text ?? 'Текст удалён вместе с данными клиента.'}</blockquote>
${answerPart(question, clock)}
${state === 'open' && may(operator, 'act') ? answerForm(id, client.privateTexts, operator, typed) : nothing}
${state === 'answered' && may(operator, 'act') ? buttonForm(`/questions/${id}/close`, operator, 'Закрыть', nothing, 'small quiet') : nothing}</li>`
}

function answerPart({ answer }: Question, clock: Clock): Html {
  if (answer === null) return nothing
  return html`<p class="quiet">Ответ, ${answer.by}, ${momentTag(answer.at, clock)}${answer.eventId === null ? nothing : html` · <a href="/events/${answer.eventId}">что с ним стало</a>`}</p>
<blockquote class="asked">${answer.text ?? 'Текст удалён.'}</blockquote>`
}

function answerForm(id: string, isPrivate: boolean, operator: Session, typed: string): Html {
  return html`${isPrivate ? html`<p class="notice">Клиент просил не называть в сообщениях суммы и имя: не называйте их и в ответе.</p>` : nothing}
<form class="form" method="post" action="/questions/${id}/answer">${csrfField(operator)}
<label>Ответ в тот же чат<textarea name="text" rows="3" maxlength="3000" required>${typed}</textarea></label>
<p><button>Ответить</button></p></form>
${buttonForm(`/questions/${id}/close`, operator, 'Закрыть без ответа', nothing, 'small quiet')}`
}
