import { z } from 'zod'
import { eventTypes } from '../events/event.ts'
import { type KeptFact, keptBeside, keptByIds } from '../events/store/reconcile.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { decimalOf, kopecksOf } from '../lib/money.ts'
import { endOf, momentInput, startOf } from './input.ts'
import { type ApiRoute, type KeyInUse, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const idsLimit = 10_000
const extraLimit = 10_000

const amountInput = z.union([z.string(), z.number()]).transform((given, context) => {
  const kopecks = kopecksOf(String(given))
  if (kopecks !== undefined) return kopecks
  context.addIssue({ code: 'custom', message: 'ожидается сумма в рублях с точкой, например 14500.00' })
  return z.NEVER
})

const idInput = z.string().min(1).max(200)
const namedInput = z.union([
  idInput.transform((id) => ({ id, type: undefined, amount: undefined, occurredAt: undefined })),
  z.object({
    id: idInput,
    type: z.enum(eventTypes).optional(),
    amount: amountInput.optional(),
    occurredAt: z.iso
      .datetime({ offset: true })
      .transform((text) => new Date(text))
      .optional(),
  }),
])
type Named = z.output<typeof namedInput>

const input = z.object({
  source: z.string().describe('Источник: 1c или vtorium'),
  from: momentInput.describe('Начало приёма сервисом, включительно; нужно только для extra'),
  to: momentInput.describe('Конец приёма; день входит целиком'),
  ids: z
    .array(namedInput)
    .max(idsLimit, `можно до ${idsLimit} идентификаторов; разделите сверку на части`)
    .describe('Идентификаторы событий: строки, или объекты с тем, что ещё сравнить'),
})

const factShape = z.object({
  type: z.enum(eventTypes).optional(),
  amount: z.string().optional(),
  occurredAt: momentShape.optional(),
})

export const reconcileShape = z.object({
  missing: z.array(z.string()).describe('Есть у вас, нет у сервиса, когда бы ни отправлялось: отправьте снова'),
  extra: z
    .array(
      factShape.extend({
        id: z.string().optional().describe('Ваш идентификатор, если событие пришло с ним'),
        eventId: z.string(),
        receivedAt: momentShape,
        operation: z.object({ id: z.string().optional(), number: z.string().optional() }).optional(),
        infobase: z.string().optional(),
        held: z.literal(true).optional().describe('Задержано: база не подтверждена, клиенту не отправлено'),
      }),
    )
    .describe('Принято сервисом в этот промежуток, но вами не названо'),
  different: z
    .array(
      z.object({
        id: z.string(),
        eventId: z.string(),
        fields: z.array(z.enum(['type', 'amount', 'occurredAt'])),
        yours: factShape,
        ours: factShape,
      }),
    )
    .describe('Идентификатор тот же, а вид, сумма или время другие; сравнивается то, что вы передали'),
  held: z.array(z.string()).describe('Названы вами и сохранены, но задержаны до подтверждения базы'),
  moreExtra: z.literal(true).optional().describe(`В extra только первые ${extraLimit}: возьмите промежуток короче`),
})

/** `POST /reconcile`: what the sender has against what was kept. */
export function reconcileRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'POST',
      path: '/reconcile',
      scope: 'reconcile',
      summary: 'Сверить отправленное с принятым',
      description:
        'Промежуток считается по времени приёма сервисом, так как время факта бывает пустым. Названное ищется за всё время, поэтому ' +
        'ids можно передать с запасом за края промежутка. Тестовые события не участвуют. Событие без вашего идентификатора названо ' +
        'нашим (evt_…) и документом; в ids его тоже можно назвать нашим.',
      body: input,
      bodyExample: {
        source: '1c',
        from: '2026-11-23T00:00:00+03:00',
        to: '2026-11-24T00:00:00+03:00',
        ids: ['5f0f6c1e/paid/1', { id: '5f0f6c1e/paid/2', type: 'payout.paid', amount: '14500.00' }],
      },
      answer: reconcileShape,
      handle: async ({ body, key }) => await reconcile(needs, body, key),
    }),
  ]
}

async function reconcile(needs: ApiNeeds, body: z.output<typeof input>, key: KeyInUse) {
  const sender = senderOf(needs, body.source, key)
  const span = { from: startOf(body.from, needs.policy.timezone), to: endOf(body.to, needs.policy.timezone) }
  if (span.from >= span.to) throw new RequestError('field_invalid', 'Поле «to»: конец промежутка не позже начала.')
  const ids = [...new Set(body.ids.map((each) => each.id))]
  return await needs.db.snapshot(async (db) => {
    const known = byName(await keptByIds(db, sender, ids))
    const beside = await keptBeside(db, sender, span, ids, extraLimit + 1)
    return {
      missing: ids.filter((id) => !known.has(id)),
      extra: beside.slice(0, extraLimit).map(extraView),
      different: body.ids.flatMap((named) => differenceIn(named, known.get(named.id))),
      held: ids.filter((id) => known.get(id)?.isHeld),
      ...(beside.length > extraLimit ? { moreExtra: true as const } : {}),
    }
  })
}

function senderOf({ senders }: ApiNeeds, source: string, key: KeyInUse) {
  const sources = Object.keys(senders)
  if (!sources.includes(source)) {
    throw new RequestError(
      'field_invalid',
      `Поле «source»: источника «${source}» нет. Ожидается: ${sources.join(', ')}.`,
    )
  }
  if (key.source !== null && key.source !== source) {
    throw new RequestError('forbidden', `Этот ключ выдан источнику «${key.source}»: сверить можно только его события.`)
  }
  return { source, branchCode: key.branchCode }
}

/** Of several under one name the first stands: what was sent goes before what was held. */
function byName(facts: readonly KeptFact[]): Map<string, KeptFact> {
  const known = new Map<string, KeptFact>()
  for (const fact of facts) {
    for (const name of [fact.externalId, fact.id]) {
      if (name !== null && !known.has(name)) known.set(name, fact)
    }
  }
  return known
}

function differenceIn(named: Named, fact: KeptFact | undefined) {
  if (!fact) return []
  const fields = [
    ...(named.type !== undefined && named.type !== fact.type ? ['type'] : []),
    ...(named.amount !== undefined && named.amount !== fact.amount ? ['amount'] : []),
    ...(named.occurredAt !== undefined && secondOf(named.occurredAt) !== secondOf(fact.occurredAt)
      ? ['occurredAt']
      : []),
  ]
  return fields.length === 0 ? [] : [{ id: named.id, eventId: fact.id, fields, yours: view(named), ours: view(fact) }]
}

/** 1C keeps whole seconds. */
function secondOf(at: Date | null): number | null {
  return at === null ? null : Math.floor(at.getTime() / 1000)
}

function view(of: {
  type?: string | undefined
  amount?: bigint | null | undefined
  occurredAt?: Date | null | undefined
}) {
  return compact({
    type: of.type,
    amount: of.amount === null || of.amount === undefined ? undefined : decimalOf(of.amount),
    occurredAt: of.occurredAt?.toISOString(),
  })
}

function extraView(fact: KeptFact) {
  const operation = compact({ id: fact.operationId, number: fact.operationNumber })
  return compact({
    id: fact.externalId,
    eventId: fact.id,
    ...view(fact),
    receivedAt: fact.receivedAt.toISOString(),
    operation: Object.keys(operation).length > 0 ? operation : undefined,
    infobase: fact.infobase,
    held: fact.isHeld ? (true as const) : undefined,
  })
}
