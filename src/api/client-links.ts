import { z } from 'zod'
import { channelNames } from '../channels/channel.ts'
import type { Client } from '../clients/client.ts'
import { makeCode, makeToken } from '../clients/linking/store.ts'
import { unlink } from '../clients/linking/unlink.ts'
import { clientByAnyId } from '../clients/merging/store.ts'
import { RequestError } from '../lib/errors.ts'
import { clientAct, clientIdInput, commonClients, noSuchClient } from './clients.ts'
import { type ApiRoute, type Noted, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'
import { qrSvg, slipSvg } from './slip.ts'

const linkShape = z.object({
  url: z.string().describe('Куда ведёт QR-код: страница выбора мессенджера, а без PUBLIC_URL — первый из каналов'),
  links: z.array(z.object({ channel: z.enum(channelNames), url: z.string() })).describe('По ссылке на канал'),
  qr: z.string().describe('QR-код, SVG'),
  slip: z.string().describe('Отрывной талон 58 × 78 мм с QR-кодом и подписью, SVG: для печати с актом взвешивания'),
  expiresAt: momentShape,
})

const codeShape = z.object({
  code: z.string().describe('6 цифр: назовите их клиенту, показать их больше нельзя'),
  expiresAt: momentShape,
})

const contactInput = clientIdInput.extend({ channel: z.enum(channelNames).describe('Мессенджер') })

/** How a client and his chat find each other, by the hand of whoever has him before him. */
export function clientLinkRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'POST',
      path: '/clients/:externalId/link',
      scope: 'clients:write',
      audit: clientAct('client.link'),
      summary: 'Одноразовая ссылка и QR-код для клиента',
      description:
        'Для талона взвешивания. Ссылка действует LINK_DAYS дней, срабатывает один раз и подключает только этого клиента; прежние его ссылки остаются в силе.',
      params: clientIdInput,
      answer: linkShape,
      errors: ['unavailable'],
      handle: async ({ params, key, noted }) => {
        refuseBranchKey(key, commonClients)
        return await makeLink(needs, await existing(needs, params.externalId, noted), key.id)
      },
    }),
    route({
      method: 'POST',
      path: '/clients/:externalId/code',
      scope: 'clients:write',
      audit: clientAct('client.code'),
      summary: 'Одноразовый код для клиента',
      description:
        'Клиент пишет боту свой телефон, а оператор, убедившись, что это он, называет код. Код действует 10 минут и 5 попыток; новый отменяет прежний.',
      params: clientIdInput,
      answer: codeShape,
      handle: async ({ params, key, noted }) => {
        refuseBranchKey(key, commonClients)
        const client = await existing(needs, params.externalId, noted)
        if (client.phone === undefined) {
          throw new RequestError(
            'phone_invalid',
            'У клиента нет телефона: по коду подключают того, чей телефон известен.',
          )
        }
        const { code, expiresAt } = await makeCode(needs, client.id, key.id)
        return { code, expiresAt: expiresAt.toISOString() }
      },
      errors: ['phone_invalid'],
    }),
    route({
      method: 'DELETE',
      path: '/clients/:externalId/contacts/:channel',
      scope: 'clients:write',
      audit: clientAct('client.unlink'),
      summary: 'Отключить мессенджер клиента',
      description:
        'Сообщения туда больше не уходят, и те, что ждали отправки, тоже. Контакт, который учётная система передаст снова, подключит его опять.',
      params: contactInput,
      answer: z.object({ removed: z.int().describe('Сколько контактов отключено') }),
      errors: ['unavailable'],
      handle: async ({ params, key, noted }) => {
        refuseBranchKey(key, commonClients)
        const client = await existing(needs, params.externalId, noted)
        return { removed: await unlink(needs, client.id, params.channel) }
      },
    }),
  ]
}

async function existing(needs: ApiNeeds, id: string, noted: Noted): Promise<Client> {
  const client = (await clientByAnyId(needs, id)) ?? noSuchClient()
  noted.object = client.id
  return client
}

async function makeLink(needs: ApiNeeds, client: Client, by: string) {
  const { token, expiresAt } = await makeToken(needs.db, client.id, { days: needs.linkDays, by })
  const links = await needs.entrances.linksTo(token)
  const landing = needs.publicUrl === undefined ? undefined : `${needs.publicUrl.replace(/\/$/, '')}/l/${token}`
  const url = landing ?? links[0]?.url
  if (url === undefined) {
    throw new RequestError('unavailable', 'Ни один мессенджер сейчас не включён или не отвечает: ссылке некуда вести.')
  }
  return { url, links, qr: qrSvg(url), slip: slipSvg(url, needs.companyName), expiresAt: expiresAt.toISOString() }
}
