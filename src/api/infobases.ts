import { z } from 'zod'
import { planJobs } from '../events/jobs.ts'
import {
  decideInfobase,
  infobaseStates,
  type ListedInfobase,
  listInfobases,
  type Released,
} from '../events/store/infobases.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { type ApiRoute, type KeyInUse, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { infobaseShape } from './shapes.ts'

const query = z.object({ state: z.enum(infobaseStates).optional() })

const whichInput = z.strictObject({
  infobase: z.string().trim().min(1).max(100).describe('Имя базы, как она его передаёт'),
  source: z.string().max(50).nullish().describe('Нужен, только если базы с таким именем есть у разных источников'),
  keyId: z.string().max(50).nullish().describe('Нужен, только если база с таким именем есть у разных ключей'),
})

const decidedShape = infobaseShape.extend({
  released: z.int().describe('Сколько удержанных событий пошло дальше: отправиться или в журнал'),
})

/** Infobases that post with a key of another: an operator says whether each is a second real one or a copy. */
export function infobaseRoutes(needs: ApiNeeds): ApiRoute[] {
  const decision = (verb: string, state: 'confirmed' | 'refused', summary: string, description: string) =>
    route({
      method: 'POST',
      path: `/infobases/${verb}`,
      scope: 'sources:write',
      audit: {
        act: state === 'confirmed' ? 'infobase.confirm' : 'infobase.refuse',
        object: ({ body }) => whichInput.safeParse(body).data?.infobase,
      },
      summary,
      description,
      body: whichInput,
      bodyExample: { infobase: 'buh-nn-kopiya', source: '1c', keyId: 'env' },
      answer: decidedShape,
      handle: async ({ body, key }) => await decide(needs, body, state, key),
    })
  return [
    route({
      method: 'GET',
      path: '/infobases',
      scope: 'sources:read',
      summary: 'Базы 1С, которые передавали события, и сколько событий удержано',
      description:
        'Первая база ключа подтверждена сама. Каждая следующая похожа на копию: её события сохраняются (quarantined) и ждут слова оператора.',
      query,
      answer: z.object({ infobases: z.array(infobaseShape) }),
      handle: async ({ query: { state }, key }) => {
        const all = await visible(needs, key)
        return { infobases: all.filter((each) => state === undefined || each.state === state).map(infobaseView) }
      },
    }),
    decision(
      'confirm',
      'confirmed',
      'Подтвердить базу: она настоящая',
      'Удержанные события отправятся в том порядке, в каком пришли; то, о чём исходная база уже сообщила, повторно не отправится.',
    ),
    decision(
      'refuse',
      'refused',
      'Отклонить базу: это копия',
      'Удержанные события попадут в журнал как проверочные и не будут отправлены никогда; такими же станут все её следующие события.',
    ),
  ]
}

async function decide(
  needs: ApiNeeds,
  wanted: z.output<typeof whichInput>,
  state: 'confirmed' | 'refused',
  key: KeyInUse,
) {
  refuseBranchKey(key, 'базы общие для всех площадок источника')
  const { keyId, source, infobase } = theOnly(await visible(needs, key), wanted)
  const released = await needs.db.transaction((db) => decideInfobase(db, { keyId, source, infobase }, state, key.id))
  await hintQueue(needs, released ?? [])
  const after = (await visible(needs, key)).find(
    (each) => each.keyId === keyId && each.source === source && each.infobase === infobase,
  )
  if (!after) throw new Error(`an infobase of ${source} just decided is gone`)
  return { ...infobaseView(after), released: released?.length ?? 0 }
}

async function visible(needs: ApiNeeds, key: KeyInUse): Promise<ListedInfobase[]> {
  const all = await listInfobases(needs.db)
  return all.filter((each) => key.source === null || each.source === key.source)
}

/** @throws RequestError when there is none, or several and nobody said which. */
function theOnly(known: readonly ListedInfobase[], wanted: z.output<typeof whichInput>): ListedInfobase {
  const found = known.filter(
    (each) =>
      each.infobase === wanted.infobase &&
      (!wanted.source || each.source === wanted.source) &&
      (!wanted.keyId || each.keyId === wanted.keyId),
  )
  const [only, ...others] = found
  if (!only) throw new RequestError('not_found', 'Такой базы нет. Известные базы: GET /api/v1/infobases.')
  if (others.length === 0) return only
  const choice = found.map(({ source, keyId }) => `source «${source}», keyId «${keyId}»`).join('; ')
  throw new RequestError('field_invalid', `Баз с таким именем несколько, укажите какую: ${choice}.`)
}

/** A queue that is away loses nothing: the sweep finds what was released. */
async function hintQueue(needs: ApiNeeds, released: readonly Released[]): Promise<void> {
  if (released.length === 0) return
  try {
    await needs.queue.add(planJobs(released))
  } catch (error) {
    needs.onQueueTrouble(error)
  }
}

function infobaseView(each: ListedInfobase) {
  return compact({
    source: each.source,
    keyId: each.keyId,
    infobase: each.infobase,
    state: each.state,
    firstSeenAt: each.firstSeenAt.toISOString(),
    decidedAt: each.decidedAt?.toISOString(),
    decidedBy: each.decidedBy,
    held: each.held,
  })
}
