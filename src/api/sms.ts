import { z } from 'zod'
import { bspStatuses, statusBsp } from '../changes/status-bsp.ts'
import { deliveryStateSchema, deliveryStates, reasonSchema, reasons } from '../deliveries/delivery.ts'
import { type SmsEvent, smsSchema } from '../events/kept.ts'
import type { Incoming, Kept } from '../events/store/keep.ts'
import { eventsByIds } from '../events/store/read.ts'
import { journalOfEvents } from '../journal/search.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { parseId } from '../lib/ids.ts'
import { phoneIn } from '../lib/phone.ts'
import { forbiddenData } from '../templates/lint/words.ts'
import { type ApiRoute, type KeyInUse, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'

const longest = smsSchema.shape.text.maxLength ?? 1000

const input = z.object({
  id: z.string().trim().min(1).max(100).describe('Ваш идентификатор сообщения: повтор с ним второго сообщения не шлёт'),
  text: z.string().trim().min(1).max(longest, `текст длиннее ${longest} знаков`),
  phones: z.array(z.string().max(100)).min(1).max(100),
  infobase: z.string().trim().max(100).optional(),
  sender: z.string().max(100).optional().describe('Не используется: отправитель — бот компании'),
})

const state = z.object({
  statusBsp: z.enum(bspStatuses),
  state: z.enum(deliveryStates).optional(),
  reason: z.enum(reasons).optional(),
})

/** `/sms`: the provider of «Отправка SMS» of БСП. A text goes the way of events (events/kept.ts). */
export function smsRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'POST',
      path: '/sms',
      scope: 'sms',
      summary: 'Отправить готовый текст через мессенджеры',
      description:
        'Для подсистемы «Отправка SMS» БСП; подходит и ключ отправки событий, если для источника не требуется подпись. Текст ' +
        'получит клиент, который подключил бота и дал согласие, не ночью его площадки. Текст, похожий на рекламу, уйдёт только с ' +
        'согласием на рекламу и не через Telegram и WhatsApp. Номеру, который не разобрать, id не выдаётся.',
      body: input,
      bodyExample: {
        id: '5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c',
        infobase: 'buh-nn-prod',
        text: 'Завтра площадка работает с 10:00.',
        phones: ['+79031234567'],
      },
      answer: z.object({
        results: z.array(z.object({ phone: z.string(), id: z.string().optional(), message: z.string().optional() })),
      }),
      handle: async ({ body, key, isTest }) => ({ results: await send(needs, body, key, isTest) }),
    }),
    route({
      method: 'GET',
      path: '/sms/:id',
      scope: 'sms',
      summary: 'Что стало с готовым текстом, словами БСП',
      params: z.object({ id: z.string() }),
      answer: state,
      handle: async ({ params, key }) => await stateOf(needs, params.id, key),
    }),
  ]
}

async function send(needs: ApiNeeds, body: z.output<typeof input>, key: KeyInUse, isTest: boolean) {
  if (forbiddenData(body.text).length > 0)
    throw new RequestError(
      'field_invalid',
      'Поле «text»: документам, полным номерам карт и счетов в сообщении не место. Уберите их.',
    )
  const asked = body.phones.map((phone) => ({ phone, known: phoneIn(phone) }))
  const known = [...new Set(asked.flatMap((each) => each.known ?? []))]
  if (known.length === 0)
    throw new RequestError('phone_invalid', 'Ни один номер не разобрать. Ожидается, например, +79031234567.')
  const branch = await branchOf(needs, key)
  const kept = await keep(
    needs,
    known.map((phone) => incomingOf(needs, body, { phone, branch, key, isTest })),
  )
  const idOf = new Map(known.map((phone, index) => [phone, kept[index]?.id]))
  return asked.map(({ phone, known: parsed }) =>
    compact({
      phone,
      id: parsed === undefined ? undefined : idOf.get(parsed),
      message: parsed === undefined ? 'Телефон не разобрать.' : undefined,
    }),
  )
}

type Branch = { code: string; timezone?: string | undefined }

/** The branch that a key of one branch speaks for, with the zone that we know of it. */
async function branchOf({ branchZones }: ApiNeeds, { branchCode: code }: KeyInUse): Promise<Branch | undefined> {
  if (code === null) return undefined
  const zoneOfBranch = await branchZones.read()
  return { code, timezone: zoneOfBranch({ code }) }
}

function incomingOf(
  { vault }: ApiNeeds,
  body: z.output<typeof input>,
  { phone, branch, key, isTest }: { phone: string; branch: Branch | undefined; key: KeyInUse; isTest: boolean },
): Incoming {
  const said: SmsEvent = {
    type: 'sms',
    // Event ids are readable in the database, phones are not: its blind index tells the recipients of one text apart.
    id: `sms/${body.id}/${vault.index('phone', phone).toString('hex').slice(0, 16)}`,
    text: body.text,
    client: { phone },
    ...(body.infobase ? { infobase: body.infobase } : {}),
    ...(branch === undefined ? {} : { branch: { code: branch.code } }),
  }
  return {
    source: key.source ?? '1c',
    keyId: key.line,
    test: isTest || key.kind === 'test',
    teamOnly: key.kind === 'team',
    receivedAt: new Date(),
    warnings: [],
    ...(branch?.timezone === undefined ? { event: said } : { event: { ...said, branch }, asSaid: said }),
  }
}

async function keep({ receive }: ApiNeeds, incoming: readonly Incoming[]): Promise<Kept[]> {
  const kept = await receive(incoming)
  if (kept.some((each) => each.status === 'reused'))
    throw new RequestError(
      'id_reused',
      'Сообщение с таким id уже принято с другим текстом. Новому сообщению нужен новый id.',
    )
  return kept
}

async function stateOf(needs: ApiNeeds, id: string, key: KeyInUse): Promise<z.output<typeof state>> {
  const eventId = parseId('event', id)
  const [stored] = eventId === undefined ? [] : await eventsByIds(needs, [eventId])
  const isTheirs =
    stored?.type === 'sms' &&
    (key.source === null || key.source === stored.source) &&
    (key.branchCode === null || key.branchCode === stored.content?.event.branch?.code)
  if (!stored || !isTheirs) throw new RequestError('not_found', 'Сообщения с таким идентификатором нет.')
  const entry = (await journalOfEvents(needs, [stored.id])).at(-1)
  // Kept and not planned yet, or held until its infobase is confirmed.
  if (!entry) return { statusBsp: 'НеОтправлялось' }
  const known = deliveryStateSchema.parse(entry.state)
  return {
    statusBsp: statusBsp[known],
    state: known,
    ...(entry.reason === null ? {} : { reason: reasonSchema.parse(entry.reason) }),
  }
}
