import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ChannelName, channelNames } from '../../channels/channel.ts'
import { textOf } from '../../deliveries/alerts.ts'
import { alertChats, recentAlerts } from '../../deliveries/store/alerts.ts'
import { operatorOf } from '../access/rights.ts'
import type { Desk } from '../desk.ts'
import { orProblem, postedIn, problemNotice } from '../frame/forms.ts'
import { html, nothing } from '../frame/html.ts'
import { clockOf, momentTag } from '../frame/moments.ts'
import { csrfField } from '../frame/page.ts'
import { channelTitle, emptyState } from '../frame/pieces.ts'
import { sendSettings } from './frame.ts'

/** Who is told that a messenger as a whole takes nothing. */
export function alertRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/settings/alerts', { config: { right: 'manage', act: 'look.settings' } }, (request, reply) =>
    show(desk, request, reply, { typed: undefined, problem: undefined }),
  )
  const config = { right: 'manage', act: 'alerts.change', isNotedBelow: true } as const
  app.post('/settings/alerts', { config }, async (request, reply) => {
    const posted = postedIn(request)
    const typed = Object.fromEntries(channelNames.map((name) => [name, posted.one(name)]))
    const chats = channelNames.flatMap((channel) =>
      addressesIn(typed[channel]).map((address) => ({ channel, address })),
    )
    return await orProblem(
      reply,
      async () => {
        await desk.ask('PUT /alerts', { body: { chats } }, operatorOf(request).userName)
        return reply.redirect('/settings/alerts?done=saved', 303)
      },
      (problem) => show(desk, request, reply, { typed, problem }),
    )
  })
}

function addressesIn(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,;]+/).filter((each) => each !== '')
}

async function show(
  desk: Desk,
  request: FastifyRequest,
  reply: FastifyReply,
  { typed, problem }: { typed: Record<string, string> | undefined; problem: string | undefined },
): Promise<FastifyReply> {
  const [chats, recent] = await Promise.all([alertChats(desk.db), recentAlerts(desk.db, 20)])
  const clock = clockOf(desk.policy.timezone)
  const addressesOf = (name: ChannelName) =>
    typed?.[name] ??
    chats
      .filter(({ channel }) => channel === name)
      .map(({ address }) => address)
      .join('\n')
  return sendSettings(request, reply, {
    at: '/settings/alerts',
    body: html`${problemNotice(problem)}
<form class="card form" method="post" action="/settings/alerts">${csrfField(operatorOf(request))}
<p class="quiet">Об остановке одного мессенджера сообщает другой, поэтому укажите чаты хотя бы в двух. Бот пишет только тому, кто ему уже писал.</p>
${channelNames.map(
  (
    name,
  ) => html`<label>${channelTitle(name)}: номера чатов, по одному в строке${desk.policy.channelsOn.includes(name) ? nothing : html` <small>канал не подключён</small>`}
<textarea name="${name}" rows="2">${addressesOf(name)}</textarea></label>`,
)}
<p><button>Сохранить</button></p></form>
<h2>Последние тревоги</h2>
${recent.length === 0 ? emptyState('Тревог не было', 'Все мессенджеры работали.') : html`<ul class="rows">${recent.map((each) => html`<li><div>${textOf(each)}<small>${momentTag(each.at, clock)}</small></div></li>`)}</ul>`}`,
  })
}
