import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { operatorOf } from '../access/rights.ts'
import type { Desk } from '../desk.ts'
import { orProblem, postedIn } from '../frame/forms.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { sendPage } from '../frame/page.ts'
import { channelTitle } from '../frame/pieces.ts'
import { doneNotice } from '../hand/page.ts'
import { branchesOf } from '../journal/store.ts'
import { type Editor, editorBody } from './editor.ts'
import { shadowPart, triedPart } from './parts.ts'
import { previewShape, shadowShape, type Template, templateShape, type Whole, wholeShape } from './shapes.ts'
import { type Slot, slotIn, slotPath, slotQuery } from './slot.ts'

const typeInput = z.object({ type: z.string().max(50) })

type Typed = { text: string; private: boolean }

/** The owner's texts: what is in force, drafts, how they read, and how they were before. */
export function templateRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/templates', { config: { right: 'manage', act: 'look.settings' } }, async (request, reply) => {
    const answer = await desk.ask('GET /templates', {}, operatorOf(request).userName)
    const { templates } = z.object({ templates: z.array(templateShape) }).parse(answer)
    return sendPage(request, reply, {
      title: 'Шаблоны',
      at: 'templates',
      body: html`<h1>Шаблоны</h1>
${doneNotice(request.query)}
<p class="lead">Каждому событию соответствует текст из поставки; его можно заменить своим — общим, для одного канала или для одной площадки.</p>
<ul class="rows">${templates.map(templateItem)}</ul>`,
    })
  })

  app.get('/templates/:type', { config: { right: 'manage', act: 'look.settings' } }, (request, reply) =>
    show(request, reply, {}),
  )

  // As one types: only the part beside the text. Without scripts the same button shows the whole page.
  app.post('/templates/:type/try', { config: { right: 'manage' } }, async (request, reply) => {
    const typed = typedIn(request)
    return await orProblem(
      reply,
      async () => {
        if (request.headers['hx-request'] !== 'true') return await show(request, reply, { typed })
        const preview = await previewOf(request, slotOf(request), typed)
        return reply.header('content-type', 'text/html; charset=utf-8').send(triedPart(preview).markup)
      },
      (problem) => show(request, reply, { problem }),
    )
  })

  app.post('/templates/:type/shadow', { config: { right: 'manage' } }, async (request, reply) => {
    const typed = typedIn(request)
    return await orProblem(
      reply,
      async () => {
        const slot = slotOf(request)
        const date = postedIn(request).one('date')
        const body = { ...textIn(typed), ...(date === '' ? {} : { date }) }
        const shadow = shadowShape.parse(await ask(request, 'POST /templates/:type/shadow', slot, body))
        return await show(request, reply, { typed, result: shadowPart(shadow) })
      },
      (problem) => show(request, reply, { problem, typed }),
    )
  })

  change('draft', 'template.draft', 'saved', (request) =>
    ask(request, 'PUT /templates/:type', slotOf(request), textIn(typedIn(request))),
  )
  change('publish', 'template.publish', 'published', (request) =>
    ask(request, 'POST /templates/:type/publish', slotOf(request)),
  )
  change('drop', 'template.drop', 'dropped', (request) =>
    ask(request, 'DELETE /templates/:type/draft', slotOf(request)),
  )
  change('rollback', 'template.rollback', 'rolledback', (request) => {
    const version = Number(postedIn(request).one('version'))
    return ask(request, 'POST /templates/:type/rollback', slotOf(request), { version })
  })

  type Changing = 'template.draft' | 'template.publish' | 'template.drop' | 'template.rollback'

  function change(
    verb: string,
    act: Changing,
    done: string,
    work: (request: FastifyRequest) => Promise<unknown>,
  ): void {
    app.post(
      `/templates/:type/${verb}`,
      { config: { right: 'manage', act, isNotedBelow: true } },
      async (request, reply) =>
        orProblem(
          reply,
          async () => {
            await work(request)
            return reply.redirect(slotPath(slotOf(request), { done }), 303)
          },
          (problem) => show(request, reply, { problem, ...(verb === 'draft' ? { typed: typedIn(request) } : {}) }),
        ),
    )
  }

  function slotOf(request: FastifyRequest): Slot {
    const { type } = typeInput.parse(request.params)
    return slotIn(type, request.method === 'GET' ? request.query : request.body)
  }

  async function ask(request: FastifyRequest, call: string, slot: Slot, body?: unknown): Promise<unknown> {
    const input = { params: { type: slot.type }, query: slotQuery(slot), ...(body === undefined ? {} : { body }) }
    return await desk.ask(call, input, operatorOf(request).userName)
  }

  async function previewOf(request: FastifyRequest, slot: Slot, typed: Typed) {
    return previewShape.parse(await ask(request, 'POST /templates/:type/preview', slot, textIn(typed)))
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    { typed, problem, result }: { typed?: Typed; problem?: string; result?: Html },
  ): Promise<FastifyReply> {
    const slot = slotOf(request)
    const whole = wholeShape.parse(await ask(request, 'GET /templates/:type', slot))
    const current = typed ?? currentText(whole)
    const editor: Editor = {
      slot,
      whole,
      current,
      tried: triedPart(await previewOf(request, slot, current)),
      problem,
      notice: doneNotice(request.query),
      result: result ?? nothing,
      branches: await branchesOf(desk.db),
      zone: desk.policy.timezone,
      operator: operatorOf(request),
    }
    return sendPage(request, reply, { title: whole.title, at: 'templates', body: editorBody(editor) })
  }
}

function typedIn(request: FastifyRequest): Typed {
  const posted = postedIn(request)
  return { text: posted.one('text'), private: posted.one('private') === 'true' }
}

/** An empty field is the text that ships. */
function textIn({ text, private: isPrivate }: Typed) {
  return { private: isPrivate, ...(text === '' ? {} : { text }) }
}

function currentText({ draft, published, shipped }: Whole): Typed {
  const own = draft ?? published
  return own === undefined ? { text: shipped.text, private: false } : { text: own.text, private: own.private }
}

function templateItem({ type, title, channel, branch, class: kind, published, draft, shipped }: Template): Html {
  const path = slotPath({ type, channel, branch, class: kind })
  const where = [channel && channelTitle(channel), branch && `площадка ${branch}`].filter(Boolean).join(', ')
  return html`<li class="stack"><div class="row"><div><a href="${path}"><b>${title}</b></a>${where === '' ? nothing : html` <span class="mark">${where}</span>`}
${published === undefined ? html`<span class="state calm">из поставки</span>` : html`<span class="state good">свой</span>`}${draft === undefined ? nothing : html` <span class="state busy">есть черновик</span>`}${kind === 'promo' ? html` <span class="mark">реклама</span>` : nothing}</div></div>
<p class="template-text">${(published ?? shipped).text}</p></li>`
}
