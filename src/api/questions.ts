import { z } from 'zod'
import { channelNames } from '../channels/channel.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { parseId, type QuestionId } from '../lib/ids.ts'
import { answerQuestion, endQuestion } from '../questions/answer.ts'
import { type Question, questionStates } from '../questions/question.ts'
import { listQuestions } from '../questions/store.ts'
import { type ApiRoute, type KeyInUse, type NoteLook, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const query = z.object({
  state: z.enum(questionStates).optional().describe('open — ждёт ответа; answered — отвечен; closed — закрыт'),
  branch: z.string().trim().min(1).max(200).optional().describe('Код площадки'),
  cursor: z.string().max(200).optional().describe('nextCursor прошлой страницы'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

const questionShape = z.object({
  id: z.string().meta({ examples: ['que_019aa5b0c3d17e0f8a6b5c4d3e2f1a0b'] }),
  state: z.enum(questionStates),
  at: momentShape,
  channel: z.enum(channelNames),
  branch: z.string().optional(),
  client: z.object({
    externalId: z.string().optional(),
    phone: z.string().optional(),
    fullName: z.string().optional(),
    privateTexts: z
      .boolean()
      .optional()
      .describe('true — клиент попросил не называть в сообщениях суммы и имя: не называйте их и в ответе'),
  }),
  text: z.string().optional().describe('Нет, если данные клиента удалены'),
  answer: z
    .object({
      text: z.string().optional(),
      at: momentShape,
      by: z.string().describe('Ключ, которым ответили'),
      eventId: z.string().optional().describe('Что стало с ответом, покажет GET /events/:id'),
    })
    .optional(),
})

const idInput = z.object({ id: z.string().describe('Идентификатор вопроса') })
const text = z.string().trim().min(1).max(3000).describe('Ответ, как его прочитает клиент')

/** What clients asked in the bot, and the operators' answers. */
export function questionRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/questions',
      scope: 'questions:read',
      summary: 'Вопросы клиентов, новые сверху',
      description: 'Вопросы, которые клиенты задали в чате с ботом. Ключ площадки видит вопросы своей площадки.',
      query,
      answer: z.object({ items: z.array(questionShape), nextCursor: z.string().optional() }),
      handle: async ({ query: { state, branch, cursor, limit }, key, look }) => {
        const before = cursor === undefined ? undefined : cursorIn(cursor)
        const found = await listQuestions(needs, { state, branch, before }, scopeOf(key), limit + 1)
        const page = found.slice(0, limit)
        const last = page.at(-1)
        look(page.map((each) => each.client.id))
        return {
          items: page.map(questionView),
          ...(found.length > limit && last ? { nextCursor: Buffer.from(last.id).toString('base64url') } : {}),
        }
      },
    }),
    route({
      method: 'POST',
      path: '/questions/:id/answer',
      scope: 'questions:write',
      audit: { act: 'question.answer', object: questionIn },
      summary: 'Ответить клиенту в тот же чат',
      description:
        'Ответ уходит обычным порядком: после других сообщений клиента, с учётом тихих часов и отказов, и виден в журнале с типом answer. ' +
        'На вопрос отвечают один раз; закрытый вопрос остаётся без ответа.',
      params: idInput,
      body: z.strictObject({ text }),
      bodyExample: { text: 'Выплата уйдёт завтра до 12:00, банк проводил технические работы.' },
      answer: questionShape,
      errors: ['already_answered'],
      handle: async ({ params, body, key, look }) => {
        const how = { text: body.text, by: key.id, scope: scopeOf(key) }
        return shownTo(look, await answerQuestion(needs, idIn(params.id), how))
      },
    }),
    route({
      method: 'POST',
      path: '/questions/:id/close',
      scope: 'questions:write',
      audit: { act: 'question.close', object: questionIn },
      summary: 'Закрыть вопрос',
      description: 'Клиенту об этом не сообщается. Ответ, если он был, остаётся.',
      params: idInput,
      answer: questionShape,
      handle: async ({ params, key, look }) =>
        shownTo(look, await endQuestion(needs, idIn(params.id), { by: key.id, scope: scopeOf(key) })),
    }),
  ]
}

function questionIn({ params }: { params: Record<string, unknown> }): string | undefined {
  return parseId('question', String(params['id']))
}

function shownTo(look: NoteLook, question: Question) {
  look([question.client.id])
  return questionView(question)
}

function scopeOf({ branchCode }: KeyInUse) {
  return { branchCode }
}

function idIn(text: string): QuestionId {
  const id = parseId('question', text)
  if (id === undefined) throw new RequestError('not_found', 'Вопроса с таким идентификатором нет.')
  return id
}

function cursorIn(cursor: string): QuestionId {
  const id = parseId('question', Buffer.from(cursor, 'base64url').toString())
  if (id === undefined)
    throw new RequestError('field_invalid', 'Поле «cursor»: передайте nextCursor прошлой страницы без изменений.')
  return id
}

function questionView({ id, state, at, channel, branch, client, text, answer }: Question) {
  return compact({
    id,
    state,
    at: at.toISOString(),
    channel,
    branch,
    client: compact({
      externalId: client.externalId,
      phone: client.phone,
      fullName: client.fullName,
      privateTexts: client.privateTexts || undefined,
    }),
    text,
    answer:
      answer === null
        ? undefined
        : compact({ text: answer.text, at: answer.at.toISOString(), by: answer.by, eventId: answer.eventId }),
  })
}
