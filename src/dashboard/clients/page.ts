import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { clientById, consentsOf, contactsOf } from '../../clients/store.ts'
import type { Database } from '../../db/database.ts'
import type { Looks } from '../../journal/looks.ts'
import { RequestError } from '../../lib/errors.ts'
import { type ClientId, parseId } from '../../lib/ids.ts'
import { may, operatorOf } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { clockOf } from '../frame/moments.ts'
import { type Page, sendPage } from '../frame/page.ts'
import { emptyState, nameText, noticeList } from '../frame/pieces.ts'
import { doneNotice } from '../hand/page.ts'
import { findLines } from '../journal/store.ts'
import { storyOf } from '../journal/story.ts'
import { noteLook } from '../looks/page.ts'
import { maySeeClient } from '../search/store.ts'
import { doublesOf } from './acts.ts'
import { type CardNeeds, clientCard } from './card.ts'
import { clientPanel } from './panel.ts'

const pageSize = 20
const idInput = z.object({ id: z.string() })
const cursorInput = z.object({ cursor: z.string().optional().catch(undefined) })

/** `GET /clients/:id`: «Почему не дошло?» for one client. */
export function clientRoutes(
  app: FastifyInstance,
  needs: CardNeeds & { db: Database; looks: Pick<Looks, 'note'> },
): void {
  app.get('/clients/:id', { config: { right: 'see', act: 'look.client' } }, async (request, reply) => {
    const id = parseId('client', idInput.parse(request.params).id)
    if (id === undefined) throw unknownClient()
    const operator = operatorOf(request)
    const { cursor } = cursorInput.parse(request.query)
    const page = await needs.db.snapshot((db) =>
      clientPage({ ...needs, db, operator, done: doneNotice(request.query) }, id, cursor),
    )
    noteLook(needs.looks, request, [id])
    return sendPage(request, reply, page)
  })
}

async function clientPage(
  needs: CardNeeds & { operator: Session; done: Html },
  id: ClientId,
  cursor: string | undefined,
): Promise<Page> {
  const { branches: within } = needs.operator
  const client = await clientById(needs, id)
  if (!client || !(await maySeeClient(needs.db, id, within))) throw unknownClient()
  const clock = clockOf(needs.policy.timezone)
  const before = cursor === undefined ? undefined : parseId('delivery', cursor)
  const lines = await findLines(needs, { clients: [client.id], before, within }, pageSize + 1)
  const shown = lines.slice(0, pageSize)
  const last = lines.length > shown.length ? shown.at(-1) : undefined
  const contacts = await contactsOf(needs, client)
  const isActing = may(needs.operator, 'act') && client.erasedAt === null
  const panel = isActing
    ? clientPanel({
        client,
        contacts,
        consents: await consentsOf(needs, client.id),
        doubles: await doublesOf(needs, client, needs.operator),
        operator: needs.operator,
      })
    : nothing
  return {
    title: nameText({ ...client, isErased: client.erasedAt !== null }),
    body: html`${needs.done}${noticeList(cursor !== undefined && before === undefined ? ['Такой страницы нет: показано начало.'] : [])}
${await clientCard(needs, client, clock)}
<p class="quiet"><a href="/clients/${client.id}/looks">Кто смотрел эти данные</a>${client.erasedAt === null ? html` · <a href="/clients/${client.id}/consents">Согласия и отказы</a>` : nothing}</p>
${panel}
<h2>Сообщения</h2>
${shown.length === 0 ? emptyState('Сообщений нет', 'Об этом клиенте ещё не приходило событий.') : await storyOf({ ...needs, contacts }, shown, clock)}
${last === undefined ? nothing : html`<p class="pager"><a href="/clients/${client.id}?cursor=${last.id}" rel="next">Дальше</a></p>`}`,
  }
}

function unknownClient(): RequestError {
  return new RequestError('not_found', 'Такого клиента нет.')
}
