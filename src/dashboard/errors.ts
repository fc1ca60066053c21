import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { isUnavailable } from '../db/database.ts'
import { RequestError } from '../lib/errors.ts'
import { faultOf } from '../lib/fault.ts'
import { html } from './frame/html.ts'
import { sendPage } from './frame/page.ts'

type Trouble = { status: number; title: string; text: string }

/** Every error inside the dashboard is a page in Russian; a 5xx never describes itself. */
export function answerWithPage(
  log: Logger,
  error: FastifyError | RequestError,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const trouble = troubleOf(error)
  if (trouble.status === 500) {
    log.error({ msg: 'request.failed', request: request.id, route: request.routeOptions.url, ...faultOf(error) })
  }
  if (trouble.status === 503) reply.header('retry-after', 5)
  return sendPage(request, reply, {
    title: trouble.title,
    status: trouble.status,
    withoutSearch: trouble.status >= 500,
    body: html`<div class="empty"><h1>${trouble.title}</h1><p>${trouble.text}</p>
${trouble.status === 500 ? html`<p class="quiet">Номер запроса: <code>${request.id}</code></p>` : ''}
<p><a href="/">На первую страницу</a></p></div>`,
  })
}

function troubleOf(error: FastifyError | RequestError): Trouble {
  if (isUnavailable(error)) {
    return {
      status: 503,
      title: 'База данных не отвечает',
      text: 'Обновите страницу через несколько секунд. Принятые события не потеряны.',
    }
  }
  const status = error instanceof RequestError ? error.status : (error.statusCode ?? 500)
  if (status === 404)
    return {
      status,
      title: 'Не найдено',
      text: ownText(error) ?? 'Такой страницы нет. Возможно, адрес скопирован не целиком.',
    }
  if (status === 409 || status === 422)
    return { status, title: 'Не выполнено', text: ownText(error) ?? 'Проверьте введённое и попробуйте ещё раз.' }
  if (status === 403) return { status, title: 'Не выполнено', text: ownText(error) ?? 'Для этого не хватает прав.' }
  if (status >= 400 && status < 500) {
    return { status, title: 'Запрос не понят', text: 'Вернитесь назад и попробуйте ещё раз.' }
  }
  return {
    status: 500,
    title: 'Ошибка сервиса',
    text: 'Страницу не удалось показать. Ошибка записана; попробуйте ещё раз.',
  }
}

function ownText(error: FastifyError | RequestError): string | undefined {
  return error instanceof RequestError ? error.message : undefined
}
