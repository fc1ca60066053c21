import { z } from 'zod'
import { isWiderKind, keyKinds } from '../keys/key.ts'
import { createKey, keyById, type ListedKey, listKeys, revokeKey, rotateKey } from '../keys/store/change.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { type ApiRoute, type KeyInUse, route, type Scope, scopes } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { keyShape, momentShape } from './shapes.ts'

const scopeNames = Object.keys(scopes) as [Scope, ...Scope[]]
const rights = Object.entries(scopes).map(([name, what]) => `\`${name}\` — ${what}`)

const idInput = z.object({ id: z.string().max(50).describe('Идентификатор ключа, key_…') })

const newKeyInput = (sources: readonly string[]) =>
  z
    .strictObject({
      name: z.string().trim().min(1).max(200).describe('Для кого ключ: чтобы потом узнать, что отзывать'),
      kind: z
        .enum(keyKinds)
        .describe('live — настоящие сообщения; team — только сотрудникам; test — ничего не уходит, всё в журнале'),
      source: z.enum(sources).nullish().describe('Источник, от имени которого ключ передаёт события'),
      branch: z.string().trim().min(1).max(50).nullish().describe('Площадка, за которую ключ говорит; нет — за все'),
      scopes: z
        .array(z.enum(scopeNames))
        .default([])
        .describe(`Права в /api/v1: ${rights.join('; ')}`),
      ratePerMinute: z.int().min(1).max(1_000_000).nullish().describe('Запросов в минуту; нет — без ограничения'),
      expiresAt: z.iso
        .datetime({ offset: true })
        .nullish()
        .describe('До какого момента ключ действует; нет — до отзыва'),
    })
    .refine((key) => key.source || key.scopes.length > 0, {
      path: ['source'],
      message: 'укажите source (ключ отправителя) или scopes (права в /api/v1), иначе ключ ничего не сможет',
    })

const rotateInput = z.strictObject({
  overlapHours: z.number().min(0).max(720).default(24).describe('Сколько часов старый ключ ещё действует'),
})

/** Keys of senders and of machines: made, listed, exchanged, revoked. */
export function keyRoutes(needs: ApiNeeds): ApiRoute[] {
  const input = newKeyInput(needs.sources.names)
  const shown = { ...keyShape.shape, key: z.string().describe('Сам ключ: показан один раз, сохраните его') }
  return [
    route({
      method: 'GET',
      path: '/keys',
      scope: 'keys:write',
      summary: 'Ключи, в порядке выпуска',
      description: 'Самих ключей здесь нет: они нигде не хранятся. Ключи окружения (WEBHOOK_…_KEY) не показаны.',
      answer: z.object({ keys: z.array(keyShape) }),
      handle: async ({ key }) => ({
        keys: (await listKeys(needs.db)).filter((each) => isWithin(each, key)).map(keyView),
      }),
    }),
    route({
      method: 'POST',
      path: '/keys',
      scope: 'keys:write',
      status: 201,
      audit: { act: 'key.create', object: ({ body }) => input.safeParse(body).data?.name },
      summary: 'Выпустить ключ',
      description: 'Ключ показан один раз, в этом ответе. Выдать можно только те права, которые есть у вызывающего.',
      body: input,
      bodyExample: { name: '1С, Нижний Новгород', kind: 'live', source: '1c', branch: 'NN-01' },
      answer: z.object(shown),
      handle: async ({ body, key }) => await makeKey(needs, body, key),
    }),
    route({
      method: 'DELETE',
      path: '/keys/:id',
      scope: 'keys:write',
      audit: { act: 'key.revoke' },
      summary: 'Отозвать ключ',
      description: 'В этом процессе действует сразу, в остальных — в течение 5 секунд.',
      params: idInput,
      answer: keyShape,
      handle: async ({ params, key }) => {
        await reachableKey(needs, params.id, key)
        if (!(await revokeKey(needs.db, params.id, key.id))) throw unknownKey()
        return keyView(await reachableKey(needs, params.id, key))
      },
    }),
    route({
      method: 'POST',
      path: '/keys/:id/rotate',
      scope: 'keys:write',
      status: 201,
      audit: { act: 'key.rotate' },
      summary: 'Заменить ключ новым с теми же правами',
      description:
        'Старый ключ действует ещё overlapHours часов, чтобы новый успели вписать. Одновременно действуют не больше двух: ' +
        'тот, что доживал срок прошлой замены, перестаёт действовать. У ключа со сроком новый срок той же длины.',
      params: idInput,
      body: rotateInput,
      bodyExample: { overlapHours: 24 },
      answer: z.object({ ...shown, oldValidUntil: momentShape }),
      handle: async ({ params, body, key }) => await exchange(needs, params.id, body.overlapHours, key),
    }),
  ]
}

async function makeKey(needs: ApiNeeds, wanted: z.output<ReturnType<typeof newKeyInput>>, caller: KeyInUse) {
  const expiresAt = wanted.expiresAt ? new Date(wanted.expiresAt) : null
  if (expiresAt !== null && expiresAt.getTime() <= Date.now())
    throw new RequestError('field_invalid', 'Поле «expiresAt»: этот момент уже прошёл. Укажите момент в будущем.')
  const key = {
    name: wanted.name,
    kind: wanted.kind,
    source: wanted.source ?? null,
    branchCode: wanted.branch ?? null,
    scopes: [...new Set(wanted.scopes)],
    ratePerMinute: wanted.ratePerMinute ?? null,
    expiresAt,
    createdBy: caller.id,
  }
  refuseWider(key, caller)
  const made = await createKey(needs.db, key)
  return { ...keyView(await reachableKey(needs, made.id, caller)), key: made.secret }
}

async function exchange(needs: ApiNeeds, id: string, overlapHours: number, caller: KeyInUse) {
  refuseWider(await reachableKey(needs, id, caller), caller)
  const rotation = await rotateKey(needs.db, id, overlapHours * 3_600_000, caller.id)
  if (!rotation.ok) {
    throw new RequestError(
      'field_invalid',
      rotation.why === 'not_valid'
        ? 'Этот ключ уже не действует, заменить его нельзя. Выпустите новый: POST /api/v1/keys.'
        : 'Этот ключ уже заменён более новым. Заменяйте тот: GET /api/v1/keys.',
    )
  }
  const { made, validUntil } = rotation
  return {
    ...keyView(await reachableKey(needs, made.id, caller)),
    key: made.secret,
    oldValidUntil: validUntil.toISOString(),
  }
}

/** @throws RequestError 404 for a key that the caller may not see. */
async function reachableKey(needs: ApiNeeds, id: string, caller: KeyInUse): Promise<ListedKey> {
  const key = await keyById(needs.db, id)
  if (!key || !isWithin(key, caller)) throw unknownKey()
  return key
}

function unknownKey(): RequestError {
  return new RequestError('not_found', 'Такого действующего ключа нет. Список: GET /api/v1/keys.')
}

type Rights = Pick<KeyInUse, 'source' | 'branchCode' | 'kind' | 'scopes'>

/** Of the same source and branch, when the caller is bound to one. */
function isWithin(key: Pick<Rights, 'source' | 'branchCode'>, caller: KeyInUse): boolean {
  return (
    (caller.source === null || key.source === caller.source) &&
    (caller.branchCode === null || key.branchCode === caller.branchCode)
  )
}

/** @throws RequestError 403 when this key would let through more than the caller's own. */
function refuseWider(key: Rights, caller: KeyInUse): void {
  const missing = key.scopes.filter((each) => !caller.scopes.includes(each))
  if (missing.length > 0)
    throw new RequestError('forbidden', `Нельзя выдать права, которых нет у вашего ключа: ${missing.join(', ')}.`)
  if (isWiderKind(key.kind, caller.kind))
    throw new RequestError('forbidden', `Ваш ключ вида ${caller.kind}: ключ вида ${key.kind} он выпустить не может.`)
  if (!isWithin(key, caller)) {
    const bound = [
      caller.source && `источника «${caller.source}»`,
      caller.branchCode && `площадки «${caller.branchCode}»`,
    ]
    throw new RequestError(
      'forbidden',
      `Ваш ключ — ${bound.filter(Boolean).join(', ')}: выпустить можно только такой же.`,
    )
  }
}

export function keyView(key: ListedKey) {
  return compact({
    id: key.id,
    name: key.name,
    kind: key.kind,
    source: key.source,
    branch: key.branchCode,
    scopes: key.scopes,
    hint: key.hint,
    ratePerMinute: key.ratePerMinute,
    createdAt: key.createdAt.toISOString(),
    createdBy: key.createdBy,
    lastUsedAt: key.lastUsedAt?.toISOString(),
    expiresAt: key.expiresAt?.toISOString(),
    state: key.revokedAt !== null ? 'revoked' : key.isValid ? 'valid' : 'expired',
  })
}
