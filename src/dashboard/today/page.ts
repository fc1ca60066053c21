import type { FastifyInstance } from 'fastify'
import { channelWeather } from '../../deliveries/store/limits.ts'
import { listInfobases } from '../../events/store/infobases.ts'
import { lastHour } from '../../journal/weather.ts'
import { dayOf, midnightOf } from '../../lib/moment.ts'
import { dayText, wallTime } from '../../lib/russian/time.ts'
import type { Policy } from '../../notifications/policy.ts'
import { queueViews } from '../../notifications/queues.ts'
import { may, operatorOf } from '../access/rights.ts'
import type { Desk } from '../desk.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, clockOf, momentTag, spanText } from '../frame/moments.ts'
import { sendPage } from '../frame/page.ts'
import { stateBadge } from '../frame/pieces.ts'
import { doneNotice } from '../hand/page.ts'
import { explain } from '../journal/explain.ts'
import { handList } from './hands.ts'
import { countAsked, countEvents, countMessages, countPending, oldestWaiting, type Waiting } from './store.ts'
import { tiles } from './tiles.ts'
import { downChannelsIn, weatherList } from './weather.ts'

/** Every message is decided within three days: older ones ask for nobody's hand. */
const recentDays = 3

/** `GET /today`: the first page. What came, what left, what is stuck, and who must do something about it. */
export function todayRoutes(app: FastifyInstance, needs: Desk): void {
  app.get('/today', { config: { right: 'see', act: 'look.today' } }, async (request, reply) => {
    const operator = operatorOf(request)
    const { branches: within } = operator
    const isManager = may(operator, 'manage')
    const clock = clockOf(needs.policy.timezone)
    const wall = wallTime(clock.now, clock.zone)
    const since = { today: midnightOf(wall, clock.zone), recent: midnightOf(wall, clock.zone, 1 - recentDays) }
    const [counts, events, pending, waiting, infobases, weather, hours, queues, asked] = await Promise.all([
      countMessages(needs.db, since, within),
      countEvents(needs.db, since.today, within),
      countPending(needs.db, within),
      oldestWaiting(needs.db, within),
      listInfobases(needs.db),
      channelWeather(needs.db),
      within === null ? lastHour(needs.db) : [],
      queueViews(needs.db),
      countAsked(needs.db, within),
    ])
    return sendPage(request, reply, {
      title: 'Сегодня',
      at: 'today',
      body: html`<h1>Сегодня, ${dayText(wall, wall.year)}</h1>
${doneNotice(request.query)}
${modeNotice(needs.policy)}
${tiles({ counts, events, pending, day: dayOf(since.today.getTime(), clock.zone), channels: needs.policy.channelsOn })}
${waiting === undefined ? nothing : waitingNotice(waiting, clock)}
<section><h2>Требуют внимания</h2>
${handList({
  asked,
  counts,
  infobases: isManager ? infobases : [],
  queues,
  down: downChannelsIn(weather, needs.policy),
  sinceDay: dayOf(since.recent.getTime(), clock.zone),
  operator,
  clock,
})}</section>
<section id="channels"><h2>Каналы</h2>
${weatherList(weather, hours, needs, clock)}</section>`,
    })
  })
}

function modeNotice({ sendMode }: Policy): Html {
  switch (sendMode) {
    case 'live':
      return nothing
    case 'team':
      return html`<p class="notice">Режим «команда»: сообщения уходят только сотрудникам. Чтобы слать клиентам, задайте SEND_MODE=live.</p>`
    case 'test':
      return html`<p class="notice">Режим проверки: никому ничего не отправляется. Чтобы слать клиентам, задайте SEND_MODE=live.</p>`
  }
}

function waitingNotice(waiting: Waiting, clock: Clock): Html {
  const explanation = explain(waiting, clock)
  return html`<p class="waiting">Дольше всех ждёт <a href="/events/${waiting.eventId}">сообщение</a>, принятое ${momentTag(waiting.createdAt, clock)}:
уже ${spanText(clock.now.getTime() - waiting.createdAt.getTime())}. ${stateBadge(waiting.state)} ${explanation?.cause ?? ''}</p>`
}
