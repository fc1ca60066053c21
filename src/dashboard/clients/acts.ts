import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { channelNames } from '../../channels/channel.ts'
import { type Client, purposes } from '../../clients/client.ts'
import { consentHistory } from '../../clients/consents/store.ts'
import { clientById, clientsByPhone } from '../../clients/store.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { noteWords } from '../../deliveries/word.ts'
import { RequestError } from '../../lib/errors.ts'
import { parseId } from '../../lib/ids.ts'
import { may, operatorOf } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import type { Desk } from '../desk.ts'
import { postedIn } from '../frame/forms.ts'
import { html } from '../frame/html.ts'
import { clockOf, momentTag } from '../frame/moments.ts'
import { sendPage } from '../frame/page.ts'
import { noteLook } from '../looks/page.ts'
import { maySeeClient } from '../search/store.ts'
import { consentsBody } from './consents.ts'
import { eraseWord } from './panel.ts'

const idInput = z.object({ id: z.string() })
const linkShape = z.object({ url: z.string(), slip: z.string(), expiresAt: z.coerce.date() })
const codeShape = z.object({ code: z.string(), expiresAt: z.coerce.date() })

/** What an operator does for a client who stands before him or is on the phone; each act by a form of the client's page. */
export function clientActRoutes(app: FastifyInstance, desk: Desk): void {
  const ask = (
    request: FastifyRequest,
    client: Client,
    call: string,
    more: { channel?: string; body?: unknown } = {},
  ) =>
    desk.ask(
      call,
      {
        params: { externalId: client.id, ...(more.channel === undefined ? {} : { channel: more.channel }) },
        body: more.body,
      },
      operatorOf(request).userName,
    )

  app.post(
    '/clients/:id/link',
    { config: { right: 'act', act: 'client.link', isNotedBelow: true } },
    async (request, reply) => {
      const client = await clientOf(desk, request)
      const { slip, expiresAt } = linkShape.parse(await ask(request, client, 'POST /clients/:externalId/link'))
      // Made by our own code, from an address of ours.
      return sendPage(request, reply, {
        title: 'QR-код для клиента',
        body: html`<h1 class="unprinted">QR-код для клиента</h1>
<p class="unprinted">Распечатайте талон (Ctrl+P) или дайте навести камеру на экран. Код сработает один раз и подключит только этого клиента. Действует до ${momentTag(expiresAt, clockOf(desk.policy.timezone))}.</p>
<div class="slip">${{ markup: slip }}</div>
<p class="unprinted act"><a class="button" href="/clients/${client.id}">К клиенту</a></p>`,
      })
    },
  )
  app.post(
    '/clients/:id/code',
    { config: { right: 'act', act: 'client.code', isNotedBelow: true } },
    async (request, reply) => {
      const client = await clientOf(desk, request)
      const { code, expiresAt } = codeShape.parse(await ask(request, client, 'POST /clients/:externalId/code'))
      return sendPage(request, reply, {
        title: 'Одноразовый код',
        body: html`<h1>Одноразовый код</h1>
<p class="notice good" role="status">Назовите клиенту: <code class="secret">${code}</code></p>
<p>Клиент пишет боту свой номер телефона, а потом этот код. Он действует до ${momentTag(expiresAt, clockOf(desk.policy.timezone))}, пять попыток; новый код отменяет прежний. Показан один раз.</p>
<p class="act"><a class="button" href="/clients/${client.id}">К клиенту</a></p>`,
      })
    },
  )
  app.post(
    '/clients/:id/unlink',
    { config: { right: 'act', act: 'client.unlink', isNotedBelow: true } },
    async (request, reply) => {
      const client = await clientOf(desk, request)
      const channel = z.enum(channelNames).safeParse(postedIn(request).one('channel')).data
      if (channel === undefined) throw new RequestError('field_invalid', 'Такого мессенджера нет.')
      request.noted.detail = { channel }
      await ask(request, client, 'DELETE /clients/:externalId/contacts/:channel', { channel })
      return back(reply, client, 'unlinked')
    },
  )
  app.post('/clients/:id/withdraw', { config: { right: 'act', act: 'client.withdraw' } }, async (request, reply) => {
    const client = await clientOf(desk, request)
    const purpose = z.enum(purposes).safeParse(postedIn(request).one('purpose')).data
    if (purpose === undefined) throw new RequestError('field_invalid', 'Такого согласия нет.')
    request.noted.detail = { purpose }
    const word = {
      purpose,
      granted: false,
      wording: null,
      at: new Date(),
      givenBy: 'api',
      act: 'operator',
      channel: null,
    } as const
    await noteWords(desk, client.id, [word])
    return back(reply, client, 'withdrawn')
  })
  app.post(
    '/clients/:id/merge',
    { config: { right: 'act', act: 'client.merge', isNotedBelow: true } },
    async (request, reply) => {
      const client = await clientOf(desk, request)
      const posted = postedIn(request)
      const double = (await doublesOf(desk, client, operatorOf(request))).find(({ id }) => id === posted.one('from'))
      if (!double) throw new RequestError('not_found', 'Такого двойника у этого клиента нет.')
      if (posted.one('sure') !== 'true') throw new RequestError('field_invalid', 'Отметьте, что это один человек.')
      request.noted.detail = { from: double.id }
      await ask(request, double, 'POST /clients/:externalId/merge', { body: { into: client.id } })
      return back(reply, client, 'merged')
    },
  )
  app.post(
    '/clients/:id/erase',
    { config: { right: 'act', act: 'client.erase', isNotedBelow: true } },
    async (request, reply) => {
      const client = await clientOf(desk, request)
      if (postedIn(request).one('word').toLowerCase() !== eraseWord)
        throw new RequestError(
          'field_invalid',
          `Данные не удалены: впишите слово «${eraseWord}», отменить удаление нельзя.`,
        )
      await ask(request, client, 'POST /clients/:externalId/erase', { body: { ground: 'demand' } })
      return reply.redirect(`/clients/${client.id}`, 303)
    },
  )

  app.get('/clients/:id/consents', { config: { right: 'see', act: 'look.client' } }, async (request, reply) => {
    const client = await clientOf(desk, request)
    noteLook(desk.looks, request, [client.id])
    const words = await consentHistory(desk, client.id)
    const isAllowed = may(operatorOf(request), 'export')
    return sendPage(request, reply, {
      title: 'Согласия клиента',
      body: consentsBody(client, words, clockOf(desk.policy.timezone), isAllowed),
    })
  })
  app.get('/clients/:id/consents.json', { config: { right: 'export', act: 'look.client' } }, async (request, reply) => {
    const client = await clientOf(desk, request)
    noteLook(desk.looks, request, [client.id])
    const proof = await ask(request, client, 'GET /clients/:externalId/consents')
    return reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="consents-${client.id}.json"`)
      .send(JSON.stringify(proof, null, 2))
  })
}

/** The other records with his phone that this operator may see. */
export async function doublesOf(
  needs: { db: Queryable; vault: Vault },
  client: Client,
  { branches }: Session,
): Promise<Client[]> {
  if (client.phone === undefined || client.erasedAt !== null) return []
  const others = (await clientsByPhone(needs, client.phone)).filter(({ id }) => id !== client.id)
  const seen = await Promise.all(others.map(({ id }) => maySeeClient(needs.db, id, branches)))
  return others.filter((_, at) => seen[at])
}

async function clientOf(desk: Desk, request: FastifyRequest): Promise<Client> {
  const id = parseId('client', idInput.parse(request.params).id)
  const client = id && (await clientById(desk, id))
  if (!client || client.erasedAt !== null || !(await maySeeClient(desk.db, client.id, operatorOf(request).branches)))
    throw new RequestError('not_found', 'Такого клиента нет.')
  return client
}

function back(reply: FastifyReply, client: Client, done: string): FastifyReply {
  return reply.redirect(`/clients/${client.id}?done=${done}`, 303)
}
