import { z } from 'zod'
import type { Act } from '../audit/acts.ts'
import { channelNames } from '../channels/channel.ts'
import { type Client, type Consent, purposes } from '../clients/client.ts'
import { aliasesOf, clientByAnyId } from '../clients/merging/store.ts'
import { resolveClients } from '../clients/resolve.ts'
import { clientsByPhone, consentsOf, contactsOf, linkContact } from '../clients/store.ts'
import { noteWordsOfHeld } from '../deliveries/word.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { parseId } from '../lib/ids.ts'
import { phoneIn } from '../lib/phone.ts'
import { type ApiRoute, type NoteLook, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { clientShape } from './shapes.ts'
import { consentView } from './views.ts'

const addressForms = {
  telegram: z.string().regex(/^-?\d{1,20}$/, 'ожидается числовой идентификатор чата Telegram'),
  vk: z.string().regex(/^\d{1,20}$/, 'ожидается числовой идентификатор пользователя ВКонтакте'),
  max: z.string().regex(/^\d{1,20}$/, 'ожидается числовой идентификатор пользователя MAX'),
  whatsapp: z.string().regex(/^\d{8,15}$/, 'ожидаются цифры номера без «+»'),
} as const

const contactInput = z
  .object({
    channel: z.enum(channelNames).describe('Мессенджер'),
    address: z
      .union([z.string(), z.number().int()])
      .transform(String)
      .describe('Чат Telegram, пользователь ВКонтакте или MAX, цифры номера WhatsApp без «+»'),
    team: z.boolean().optional().describe('Контакт сотрудника: в режиме «команда» сообщения получают только такие'),
  })
  .superRefine((contact, context) => {
    const form = addressForms[contact.channel].safeParse(contact.address)
    if (!form.success)
      context.addIssue({
        code: 'custom',
        path: ['address'],
        message: form.error.issues[0]?.message ?? 'неверный адрес',
      })
  })

const clientInput = z.object({
  phone: z.string().max(100).nullish().describe('Телефон в любой записи: по нему клиента находят события'),
  fullName: z.string().trim().max(200).nullish().describe('Фамилия, имя и отчество'),
  branch: z.string().max(200).nullish().describe('Код площадки'),
  contacts: z.array(contactInput).max(20).default([]),
  consents: z
    .array(
      z.object({
        purpose: z.enum(purposes).describe('service — о его сделках, advertising — реклама: бонусы, поздравления'),
        granted: z.boolean().describe('true — согласен, false — отказался'),
        text: z.string().max(10_000).nullish().describe('Текст, на который он согласился'),
        at: z.iso.datetime({ offset: true }).nullish().describe('Когда; без него согласие не отменит отказ в боте'),
      }),
    )
    .max(20)
    .default([]),
})

export const clientIdInput = z.object({
  externalId: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .describe('Ваш идентификатор клиента (GUID контрагента или физлица) или наш, cli_…'),
})

/** A client sells at any yard: his record belongs to none of them. */
export const commonClients = 'клиенты общие для всех площадок'

/** `PUT` and `GET /clients/:externalId`: the record, with contacts and consents. */
export function clientRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'PUT',
      path: '/clients/:externalId',
      scope: 'clients:write',
      summary: 'Создать или изменить клиента',
      description: 'Контакта и согласия на сервисные сообщения достаточно, чтобы клиент начал их получать.',
      params: clientIdInput,
      body: clientInput,
      bodyExample: {
        phone: '+79031234567',
        fullName: 'Иванов Иван Петрович',
        branch: 'NN-01',
        contacts: [{ channel: 'telegram', address: '123456789' }],
        consents: [{ purpose: 'service', granted: true, text: 'Согласие в анкете', at: '2026-11-01T10:00:00+03:00' }],
      },
      answer: clientShape,
      errors: ['phone_invalid'],
      handle: async ({ params, body, key, look }) => {
        refuseBranchKey(key, commonClients)
        const client = await saveClient(needs, params.externalId, body)
        return await clientView(needs, client.id, look)
      },
    }),
    route({
      method: 'GET',
      path: '/clients/:externalId',
      scope: 'clients:read',
      summary: 'Клиент: контакты и согласия',
      params: clientIdInput,
      answer: clientShape,
      handle: async ({ params, key, look }) => {
        refuseBranchKey(key, commonClients)
        return await clientView(needs, params.externalId, look)
      },
    }),
  ]
}

async function saveClient(needs: ApiNeeds, id: string, input: z.output<typeof clientInput>): Promise<Client> {
  const phone =
    input.phone === null || input.phone === undefined || input.phone === '' ? undefined : phoneIn(input.phone)
  if (phone === undefined && input.phone) {
    throw new RequestError('phone_invalid', 'Поле «phone»: телефон не разобрать. Ожидается, например, +79031234567.')
  }
  const now = Date.now()
  const known = await clientByAnyId(needs, id)
  const externalId = parseId('client', id) === undefined ? id : (known ?? noSuchClient()).externalId
  if (externalId === null) {
    throw new RequestError(
      'field_invalid',
      'Этот клиент известен только по телефону: назовите его вашим идентификатором.',
    )
  }
  // Who is known by his phone alone may be about to get this id.
  const meant = known ? [known] : phone === undefined ? [] : await clientsByPhone(needs, phone)
  const ids = meant.map((each) => each.id)
  return await needs.catchUp(ids, async (db) => {
    const inTransaction = { db, vault: needs.vault }
    const [client] = await resolveClients(inTransaction, [
      { externalId, phone, fullName: input.fullName || undefined, branchCode: input.branch || undefined },
    ])
    if (!client) throw new Error('no client was made')
    for (const contact of input.contacts) await linkContact(inTransaction, client, { ...contact, linkedBy: 'api' })
    const words = await consentsOf(inTransaction, client.id)
    for (const { purpose, granted, text, at } of input.consents) {
      const latest = words.find((each) => each.purpose === purpose)
      if (isOldNews({ granted, at: at ?? undefined, text: text ?? null }, latest)) continue
      // A clock that runs ahead must not make this word outlive the client's own «/stop».
      const saidAt = new Date(Math.min(at ? Date.parse(at) : now, now))
      const word = { purpose, granted, wording: text ?? null, at: saidAt, givenBy: 'api' as const, channel: null }
      await noteWordsOfHeld(inTransaction, client.id, [word])
    }
    return client
  })
}

/**
 * A nightly exchange says the same every night: once is enough. And a «yes» without a date does not overrule the client's
 * own «/stop»: nobody knows which came first.
 */
function isOldNews(
  word: { granted: boolean; at: string | undefined; text: string | null },
  latest: Consent | undefined,
): boolean {
  if (!latest) return false
  if (word.at !== undefined) {
    const isSame = latest.granted === word.granted && latest.givenBy === 'api' && latest.wording === word.text
    return isSame && latest.at.getTime() === Date.parse(word.at)
  }
  if (latest.granted === word.granted) return latest.givenBy !== 'api' || latest.wording === word.text
  return word.granted && latest.givenBy === 'bot'
}

/**
 * The audit entry of an act on a client. What a sender calls him may be a phone: only our own id is noted, and `handle`
 * notes it as soon as the client is found.
 */
export function clientAct(act: Act): NonNullable<ApiRoute['audit']> {
  return { act, object: ({ params }) => parseId('client', String(params['externalId'])) }
}

/** @throws RequestError 404 */
export function noSuchClient(): never {
  throw new RequestError('not_found', 'Клиента с таким идентификатором нет.')
}

export async function clientView(needs: ApiNeeds, id: string, look: NoteLook) {
  const client = (await clientByAnyId(needs, id)) ?? noSuchClient()
  look([client.id])
  const aliases = await aliasesOf(needs.db, client.id)
  const contacts = await contactsOf(needs, client)
  const consents = await consentsOf(needs, client.id)
  return compact({
    id: client.id,
    externalId: client.externalId,
    aliases: aliases.length === 0 ? undefined : aliases,
    phone: client.phone,
    fullName: client.fullName,
    branch: client.branchCode,
    createdAt: client.createdAt.toISOString(),
    contacts: contacts.map((each) =>
      compact({
        channel: each.channel,
        address: each.address,
        team: each.team,
        linkedBy: each.linkedBy,
        linkedAt: each.linkedAt.toISOString(),
        blocked: each.blockedReason,
        needsConfirmation: each.isCurrent ? undefined : true,
      }),
    ),
    consents: consents.map(consentView),
  })
}
