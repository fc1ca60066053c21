import type { FastifyInstance } from 'fastify'
import { channelNames } from '../../channels/channel.ts'
import { channelWeather } from '../../deliveries/store/limits.ts'
import { lastHour } from '../../journal/weather.ts'
import type { Policy } from '../../notifications/policy.ts'
import { queueViews } from '../../notifications/queues.ts'
import { operatorOf } from '../access/rights.ts'
import type { Desk } from '../desk.ts'
import { type Html, html } from '../frame/html.ts'
import { clockOf } from '../frame/moments.ts'
import { channelTitle } from '../frame/pieces.ts'
import { weatherList } from '../today/weather.ts'
import { sendSettings } from './frame.ts'
import { queueList } from './queues.ts'

/** `GET /settings`: how messages leave, and stopping them. */
export function settingsRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/settings', { config: { right: 'manage', act: 'look.settings' } }, async (request, reply) => {
    const clock = clockOf(desk.policy.timezone)
    const [queues, weather, hours] = await Promise.all([
      queueViews(desk.db),
      channelWeather(desk.db),
      lastHour(desk.db),
    ])
    return sendSettings(request, reply, {
      at: '/settings',
      body: html`<section><h2>Очереди</h2>${queueList(queues, operatorOf(request), clock)}</section>
<section><h2>Каналы</h2>${weatherList(weather, hours, desk, clock)}</section>
<section><h2>Задано на сервере</h2>${serverFacts(desk.policy)}</section>`,
    })
  })
}

const modes: Record<Policy['sendMode'], string> = {
  live: 'сообщения уходят клиентам',
  team: 'сообщения уходят только сотрудникам',
  test: 'не уходит ничего',
}

/** What only the environment can change, with the name of each variable. */
function serverFacts(policy: Policy): Html {
  const facts: [string, string, string][] = [
    ['Режим отправки', modes[policy.sendMode], 'SEND_MODE'],
    ['Порядок каналов', policy.channelOrder.map(channelTitle).join(', '), 'CHANNEL_ORDER'],
    [
      'Иностранные мессенджеры',
      policy.foreignForbidden ? 'запрещены (41-ФЗ)' : 'разрешены для служебных сообщений',
      'FOREIGN_MESSENGERS',
    ],
    ['Часовой пояс', policy.timezone, 'TIMEZONE'],
    [
      'Подключены',
      channelNames
        .filter((name) => policy.channelsOn.includes(name))
        .map(channelTitle)
        .join(', ') || 'ни одного',
      'TELEGRAM_BOT_TOKEN, MAX_TOKEN, VK_TOKEN, WHATSAPP_TOKEN',
    ],
  ]
  return html`<dl class="facts card">${facts.map(
    ([title, value, variable]) =>
      html`<div><dt>${title}</dt><dd>${value} <small><code>${variable}</code></small></dd></div>`,
  )}</dl>`
}
