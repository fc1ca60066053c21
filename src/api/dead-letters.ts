import { z } from 'zod'
import { channelNames, wayNames } from '../channels/channel.ts'
import { deliveryStates, reasons } from '../deliveries/delivery.ts'
import { reasonsOf, reasonTexts, type Side, sideOf, sides } from '../deliveries/reasons.ts'
import { countDead, type DeadFilter, deadLetters } from '../deliveries/store/dead-letters.ts'
import { keptTypes } from '../events/kept.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { parseId } from '../lib/ids.ts'
import { mostReplayed, replay } from '../notifications/replay.ts'
import { endOf, momentInput, startOf } from './input.ts'
import { withinOf } from './resend.ts'
import { type ApiRoute, type KeyInUse, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const filterFields = {
  side: z
    .enum(sides)
    .optional()
    .describe(
      'ours — наша вина (настройка, шаблон, связь); theirs — клиент (заблокировал, отказался); unreachable — некуда слать (нет мессенджера или согласия)',
    ),
  reason: z.enum(reasons).optional(),
  channel: z.enum(wayNames).optional(),
  type: z.enum(keptTypes).optional(),
  branch: z.string().max(200).optional().describe('Код площадки'),
  from: momentInput.optional(),
  to: momentInput.optional(),
}

const query = z.object({
  ...filterFields,
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
})

const replayInput = z.strictObject({
  ...filterFields,
  via: z.enum(channelNames).optional().describe('Через какой мессенджер; нет — через тот же или следующий'),
  limit: z.int().min(1).max(mostReplayed).describe('Не больше стольких, от старых к новым'),
})

const letterShape = z.object({
  id: z.string(),
  eventId: z.string(),
  at: momentShape,
  type: z.enum(keptTypes),
  source: z.string(),
  branch: z.string().optional(),
  operation: z.object({ number: z.string().optional() }),
  channel: z.enum(wayNames).optional(),
  state: z.enum(deliveryStates),
  reason: z.enum(reasons),
  side: z.enum(sides),
  cause: z.string(),
  advice: z.string(),
})

/** What ended without arriving, apart by whose it is to mend; and sending it again. */
export function deadLetterRoutes(needs: ApiNeeds): ApiRoute[] {
  const zone = needs.policy.timezone
  return [
    route({
      method: 'GET',
      path: '/dead-letters',
      scope: 'journal:read',
      summary: 'Недоставленное: по нашей вине, из-за клиента, некуда слать',
      query,
      answer: z.object({
        counts: z.array(z.object({ reason: z.enum(reasons), side: z.enum(sides), count: z.int() })),
        items: z.array(letterShape),
        nextCursor: z.string().optional(),
      }),
      handle: async ({ query: input, key }) => {
        const filter = filterOf(input, key, zone)
        const before = input.cursor === undefined ? undefined : cursorOf(input.cursor)
        const [counts, found] = await Promise.all([
          countDead(needs.db, filter),
          deadLetters(needs.db, { ...filter, before }, input.limit + 1),
        ])
        const page = found.slice(0, input.limit)
        return compact({
          counts: counts.map((each) => ({ ...each, side: sideOf[each.reason] })),
          items: page.map(({ at, branchCode, operationNumber, clientId: _, ...each }) =>
            compact({
              ...each,
              at: at.toISOString(),
              branch: branchCode,
              operation: compact({ number: operationNumber }),
              side: sideOf[each.reason],
              ...reasonTexts[each.reason],
            }),
          ),
          nextCursor: found.length > page.length ? page.at(-1)?.id : undefined,
        })
      },
    }),
    route({
      method: 'POST',
      path: '/dead-letters/replay',
      scope: 'deliveries:write',
      audit: { act: 'delivery.replay' },
      summary: 'Отправить недоставленное ещё раз',
      description:
        'По отбору, от старых к новым, не больше limit. Что дошло или могло дойти, здесь не повторяется; кому отправить нельзя, ' +
        'перечислены в refused.',
      body: replayInput,
      bodyExample: { side: 'ours', reason: 'template_error', limit: 100 },
      answer: z.object({
        total: z.int(),
        resent: z.int(),
        already: z.int(),
        refused: z.array(z.object({ id: z.string(), why: z.string(), text: z.string() })),
      }),
      handle: async ({ body, key }) => {
        const order = { by: key.user ?? key.id, within: withinOf(key), channel: body.via, limit: body.limit }
        return await replay(needs, filterOf(body, key, zone), order)
      },
    }),
  ]
}

type Asked = Omit<z.output<typeof query>, 'cursor' | 'limit'>

function filterOf({ side, reason, channel, type, branch, from, to }: Asked, key: KeyInUse, zone: string): DeadFilter {
  return {
    reasons: reason === undefined ? ofSide(side) : ofSide(side).filter((each) => each === reason),
    channel,
    type,
    source: key.source ?? undefined,
    branches: branchesFor(key, branch),
    from: from === undefined ? undefined : startOf(from, zone),
    to: to === undefined ? undefined : endOf(to, zone),
  }
}

function ofSide(side: Side | undefined) {
  return side === undefined ? sides.flatMap(reasonsOf) : reasonsOf(side)
}

function branchesFor({ branchCode }: KeyInUse, asked: string | undefined): string[] | undefined {
  if (branchCode === null) return asked === undefined ? undefined : [asked]
  return asked === undefined || asked === branchCode ? [branchCode] : []
}

function cursorOf(cursor: string) {
  const id = parseId('delivery', cursor)
  if (id === undefined)
    throw new RequestError('field_invalid', 'Курсор испорчен. Начните с первой страницы, без cursor.')
  return id
}
