import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { dayText, parseDay, wallTime } from '../../lib/russian/time.ts'
import type { CancelReason, ScheduleState } from '../../notifications/schedule.ts'
import { scheduleStates } from '../../notifications/schedule.ts'
import { type ListedSchedule, listSchedules } from '../../notifications/store/schedules.ts'
import type { Desk } from '../desk.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, clockOf, momentTag } from '../frame/moments.ts'
import { emptyState } from '../frame/pieces.ts'
import { journalPath } from '../journal/filter.ts'
import { sendSettings } from './frame.ts'

const query = z.object({ state: z.enum(scheduleStates).catch('planned').default('planned') })
const mostShown = 200

/** `GET /settings/reminders`: what the service will remind of by itself. */
export function reminderRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/settings/reminders', { config: { right: 'manage', act: 'look.settings' } }, async (request, reply) => {
    const { state } = query.parse(request.query)
    const clock = clockOf(desk.policy.timezone)
    const found = await listSchedules(desk.db, { state, source: null, branchCode: null }, mostShown)
    return sendSettings(request, reply, {
      at: '/settings/reminders',
      body: html`<p class="lead">Напоминание назначается само, когда событие о выплате называет день следующей. За сколько дней и в каком часу — у каждой <a href="/settings/branches">площадки</a> своё.</p>
<p class="tabs">${scheduleStates.map((each) => html`<a href="/settings/reminders?state=${each}"${each === state ? html` aria-current="page"` : nothing}>${tabs[each]}</a> `)}</p>
${found.length === 0 ? emptyState('Пусто', empties[state]) : html`<ul class="rows">${found.map((each) => item(each, clock))}</ul>`}
${found.length === mostShown ? html`<p class="quiet">Показаны последние ${String(mostShown)}.</p>` : nothing}`,
    })
  })
}

const tabs: Record<ScheduleState, string> = { planned: 'Назначены', fired: 'Сделаны', cancelled: 'Не понадобились' }

const empties: Record<ScheduleState, string> = {
  planned: 'Назначенных напоминаний нет.',
  fired: 'Сервис ещё ни о чём не напоминал.',
  cancelled: 'Отменённых напоминаний нет.',
}

const cancelWords: Record<CancelReason, string> = {
  paid: 'платёж пришёл',
  corrected: 'график передан заново',
  told_by_sender: 'напоминает учётная система',
  too_late: 'время уже прошло',
  off: 'площадке не нужны',
  erased: 'данные клиента удалены',
}

function item(each: ListedSchedule, clock: Clock): Html {
  const day = parseDay(each.next_date)
  const number = each.operation_number ?? each.operation_id
  return html`<li><div><b>${day === undefined ? each.next_date : dayText(day, wallTime(clock.now, clock.zone).year)}</b> — день платежа
<small>${number === null ? nothing : html`<a href="${journalPath({ q: number })}">${number}</a>, `}${each.branch_code ?? ''} напомнит ${momentTag(each.due_at, clock)}${each.reason === null ? nothing : `; ${cancelWords[each.reason]}`}</small></div></li>`
}
