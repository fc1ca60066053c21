import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Html, html, nothing } from '../frame/html.ts'
import { sendPage } from '../frame/page.ts'
import { doneNotice } from '../hand/page.ts'

/** The pages of settings. A new page is one line here. */
export const settingsPages = [
  { path: '/settings', title: 'Отправка', about: 'режим, каналы, очереди: остановить и пустить' },
  { path: '/settings/sources', title: 'Источники и ключи', about: 'кто передаёт события и чем представляется' },
  { path: '/settings/infobases', title: 'Базы 1С', about: 'подтвердить новую базу или отклонить копию' },
  { path: '/settings/branches', title: 'Площадки', about: 'имя, пояс, оформление, тихие часы, напоминания' },
  { path: '/settings/reminders', title: 'Напоминания', about: 'о платежах рассрочки: назначенные и сделанные' },
  { path: '/settings/alerts', title: 'Тревоги', about: 'кому сообщить, что мессенджер не работает' },
  { path: '/settings/test', title: 'Проверка', about: 'отправить образец сотруднику' },
  { path: '/settings/users', title: 'Пользователи', about: 'кто входит сюда и что может' },
  { path: '/audit', title: 'Журнал действий', about: 'кто, что, с чем и когда' },
] as const

export type SettingsPath = (typeof settingsPages)[number]['path']

export function sendSettings(
  request: FastifyRequest,
  reply: FastifyReply,
  { at, title, body }: { at: SettingsPath; title?: string; body: Html },
): FastifyReply {
  const page = settingsPages.find((each) => each.path === at)
  return sendPage(request, reply, {
    title: title ?? page?.title ?? 'Настройки',
    at: 'settings',
    body: html`<div class="settings"><nav class="side" aria-label="Настройки">${settingsPages.map(
      (each) =>
        html`<a href="${each.path}"${each.path === at ? html` aria-current="page"` : nothing}>${each.title}</a>`,
    )}</nav><div class="settings-body"><h1>${title ?? page?.title ?? ''}</h1>
${doneNotice(request.query)}
${body}</div></div>`,
  })
}
