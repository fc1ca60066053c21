import { z } from 'zod'
import { type QueueName, queueNames } from '../deliveries/queues.ts'
import { type PauseMode, pauseQueue, resumeQueue } from '../deliveries/store/pauses.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { type QueueView, queueViews } from '../notifications/queues.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const nameInput = z.object({
  name: z
    .string()
    .max(50)
    .describe(`Мессенджер или вид сообщений: ${queueNames.join(', ')}`),
})

const queueShape = z.object({
  name: z.enum(queueNames),
  title: z.string(),
  mode: z
    .enum(['running', 'paused', 'draining'])
    .describe('paused — не уходит ничего; draining — доводится только начатое'),
  since: momentShape.optional(),
  by: z.string().optional(),
  inHand: z.int().describe('Передаются мессенджеру прямо сейчас'),
  begun: z.int().describe('Уже пробовали: впереди ещё попытка'),
  waiting: z.int(),
  oldestAt: momentShape.optional(),
})

const common = 'очереди общие для всех площадок'

/** Pause, drain and resume, for a messenger or a kind of messages; a pause is kept in the database. */
export function queueRoutes(needs: ApiNeeds): ApiRoute[] {
  const stop = (verb: string, mode: PauseMode, summary: string, description: string) =>
    route({
      method: 'POST',
      path: `/queues/:name/${verb}`,
      scope: 'queues:write',
      audit: { act: mode === 'paused' ? 'queue.pause' : 'queue.drain' },
      summary,
      description,
      params: nameInput,
      answer: queueShape,
      handle: async ({ params, key }) => {
        refuseBranchKey(key, common)
        const name = nameOf(params.name)
        await pauseQueue(needs.db, name, mode, key.user ?? key.id)
        return await viewOf(needs, name)
      },
    })
  return [
    route({
      method: 'GET',
      path: '/queues',
      scope: 'journal:read',
      summary: 'Очереди: что остановлено и сколько в них сообщений',
      answer: z.object({ queues: z.array(queueShape) }),
      handle: async ({ key }) => {
        refuseBranchKey(key, common)
        return { queues: (await queueViews(needs.db)).map(shown) }
      },
    }),
    stop(
      'pause',
      'paused',
      'Остановить мессенджер или вид сообщений',
      'Действует сразу, во всех процессах, и переживает перезапуск. События принимаются, сообщения ждут; деньги за это время не ' +
        'устаревают. Ответ говорит, что уже передаётся мессенджеру (inHand).',
    ),
    stop(
      'drain',
      'draining',
      'Не брать новых, довести начатое',
      'Уходят только повторы и попытки уже начатых сообщений. Когда inHand и begun станут нулями, очередь пуста.',
    ),
    route({
      method: 'POST',
      path: '/queues/:name/resume',
      scope: 'queues:write',
      audit: { act: 'queue.resume' },
      summary: 'Пустить дальше',
      description:
        'Ждавшие сообщения составляются заново и уходят в своём порядке. У очереди, которая и так идёт, ничего не меняется.',
      params: nameInput,
      answer: queueShape,
      handle: async ({ params, key }) => {
        refuseBranchKey(key, common)
        const name = nameOf(params.name)
        await resumeQueue(needs.db, name)
        return await viewOf(needs, name)
      },
    }),
  ]
}

function nameOf(text: string): QueueName {
  const name = queueNames.find((each) => each === text)
  if (name !== undefined) return name
  throw new RequestError('not_found', `Такой очереди нет. Есть: ${queueNames.join(', ')}.`)
}

async function viewOf(needs: ApiNeeds, name: QueueName) {
  const view = (await queueViews(needs.db)).find((each) => each.name === name)
  if (!view) throw new Error(`the queue ${name} is gone`)
  return shown(view)
}

function shown({ since, oldestAt, ...view }: QueueView) {
  return compact({ ...view, since: since?.toISOString(), oldestAt: oldestAt?.toISOString() })
}
