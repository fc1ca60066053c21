import { z } from 'zod'
import { compact } from '../lib/compact.ts'
import { cancelReasons, scheduleStates } from '../notifications/schedule.ts'
import { type ListedSchedule, listSchedules } from '../notifications/store/schedules.ts'
import { type ApiRoute, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const query = z.object({
  operationId: z.string().trim().min(1).max(100).optional().describe('GUID документа или его номер'),
  clientId: z.string().trim().min(1).max(100).optional().describe('Ваш идентификатор клиента'),
  state: z.enum(scheduleStates).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

const scheduleShape = z.object({
  id: z.string().meta({ examples: ['sch_019aa5b0c3d17e0f8a6b5c4d3e2f1a0b'] }),
  state: z
    .enum(scheduleStates)
    .describe('planned — ждёт своего часа; fired — стало событием; cancelled — не понадобилось'),
  reason: z
    .enum(cancelReasons)
    .optional()
    .describe(
      'paid — платёж пришёл; corrected — график передан заново; told_by_sender — напоминает сама учётная система; ' +
        'too_late — время уже прошло; off — площадке напоминания не нужны; erased — данные клиента удалены',
    ),
  dueAt: momentShape.describe('Когда напомнит'),
  nextDate: z.iso.date().describe('День платежа'),
  source: z.string(),
  branch: z.string().optional(),
  operation: z.object({ id: z.string().optional(), number: z.string().optional() }),
  client: z.object({ externalId: z.string().optional() }),
  madeBy: z.string().optional().describe('Событие, которое назвало день'),
  endedBy: z.string().optional().describe('Событие, которое отменило напоминание или которым оно стало'),
  createdAt: momentShape,
  endedAt: momentShape.optional(),
})

/** `GET /schedules`: reminders of instalments to come, and what became of those before. */
export function scheduleRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/schedules',
      scope: 'events:read',
      summary: 'Напоминания о платежах рассрочки: назначенные, сделанные и отменённые',
      description:
        'Назначает их сам сервис, когда событие о выплате называет день следующей (payment.nextDate), а остаток не нулевой. ' +
        'Новые впереди.',
      query,
      answer: z.object({ items: z.array(scheduleShape) }),
      handle: async ({ query: { operationId, clientId, state, limit }, key }) => {
        const { source, branchCode } = key
        const filter = { operation: operationId, clientExternalId: clientId, state, source, branchCode }
        return { items: (await listSchedules(needs.db, filter, limit)).map(viewOf) }
      },
    }),
  ]
}

function viewOf(row: ListedSchedule) {
  return compact({
    id: row.id,
    state: row.state,
    reason: row.reason,
    dueAt: row.due_at.toISOString(),
    nextDate: row.next_date,
    source: row.source,
    branch: row.branch_code,
    operation: compact({ id: row.operation_id, number: row.operation_number }),
    client: compact({ externalId: row.external_id }),
    madeBy: row.made_by,
    endedBy: row.ended_by,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString(),
  })
}
