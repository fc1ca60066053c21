import type http from 'node:http'
import { z } from 'zod'
import type { Html } from '../../dashboard/frame/html.ts'
import { documentOf } from './document.ts'
import { script } from './script.ts'
import type { Complaint, PageSource } from './source.ts'
import { style } from './style.ts'

/** `/` and `/page/…` of an emulator: true when the request was one of these, and is answered. */
export async function answerPage(
  source: PageSource,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<boolean> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (url.pathname !== '/' && !url.pathname.startsWith('/page/')) return false
  const chatId = url.searchParams.get('chat') ?? undefined
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /':
      sendPage(response, 200, documentOf(source, { chatId, complaint: undefined }))
      return true
    case 'GET /page/style.css':
      send(response, 200, 'text/css; charset=utf-8', style)
      return true
    case 'GET /page/script.js':
      send(response, 200, 'text/javascript; charset=utf-8', script)
      return true
  }
  const work = request.method === 'POST' ? posts[url.pathname] : undefined
  if (work) answerPost(source, response, work, await formOf(request))
  else sendPage(response, 404, documentOf(source, { chatId, complaint: 'Такого адреса нет.' }))
  return true
}

type Form = z.output<typeof formSchema>
type Post = (source: PageSource, form: Form) => ({ chatId: string | undefined } & Partial<Complaint>) | Complaint

const wholeNumber = (otherwise: number, max: number) => z.coerce.number().int().min(1).max(max).catch(otherwise)
const filled = z
  .string()
  .trim()
  .transform((text) => (text === '' ? undefined : text))
  .optional()

const formSchema = z.object({
  chat: filled,
  act: z.string().default(''),
  text: z.string().default(''),
  button: z.string().default(''),
  name: filled,
  phone: filled,
  fault: z.string().default(''),
  times: wholeNumber(1, 100),
  seconds: wholeNumber(3, 600),
  whom: filled,
})

const posts: Record<string, Post> = {
  '/page/act': (source, { chat, act, text }) => inChat(chat, (id) => source.act(id, act, text)),
  '/page/press': (source, { chat, button }) =>
    inChat(chat, (id) => {
      const place = placeSchema.safeParse(button)
      return place.success ? source.press(id, place.data) : { complaint: 'Такой кнопки нет.' }
    }),
  '/page/clients': (source, { chat, name, phone }) => {
    if (name === undefined) return { chatId: chat, complaint: 'Назовите имя клиента.' }
    const made = source.introduce({ name, phone })
    return 'id' in made ? { chatId: made.id } : { chatId: chat, ...made }
  },
  '/page/faults': (source, { chat, fault, times, seconds, whom }) => ({
    chatId: chat,
    ...source.faults.arm({ name: fault, times, seconds, chatId: whom }),
  }),
  '/page/faults/clear': (source, { chat }) => {
    source.faults.clear()
    return { chatId: chat }
  },
}

function inChat(chat: string | undefined, work: (id: string) => Complaint | undefined): ReturnType<Post> {
  return chat === undefined ? { complaint: 'Не сказано, чей это телефон.' } : { chatId: chat, ...work(chat) }
}

/** As `buttonValue` of the chat writes it. */
const placeSchema = z
  .string()
  .regex(/^\d+ \d+ \S* /)
  .transform((value) => {
    const [row, column, messageId, ...words] = value.split(' ')
    return {
      row: Number(row),
      column: Number(column),
      messageId: messageId === '' ? undefined : messageId,
      text: words.join(' '),
    }
  })

/** The page anew, with what went wrong on it, or the way back to the page, so that a reload does nothing twice. */
function answerPost(source: PageSource, response: http.ServerResponse, work: Post, form: Form): void {
  const result = work(source, form)
  const chatId = 'chatId' in result ? result.chatId : undefined
  if (result.complaint !== undefined) {
    sendPage(response, 422, documentOf(source, { chatId, complaint: result.complaint }))
    return
  }
  const query = chatId === undefined ? '' : `?${new URLSearchParams({ chat: chatId })}`
  response.writeHead(303, { location: `/${query}` }).end()
}

async function formOf(request: http.IncomingMessage): Promise<Form> {
  const text = Buffer.concat(await request.toArray()).toString()
  return formSchema.parse(Object.fromEntries(new URLSearchParams(text)))
}

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

function sendPage(response: http.ServerResponse, status: number, page: Html): void {
  response.setHeader('content-security-policy', policy)
  send(response, status, 'text/html; charset=utf-8', page.markup)
}

function send(response: http.ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}
