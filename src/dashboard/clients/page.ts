import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { clientById, contactsOf } from '../../clients/store.ts'
import type { Database } from '../../db/database.ts'
import { RequestError } from '../../lib/errors.ts'
import { type ClientId, parseId } from '../../lib/ids.ts'
import { operatorOf } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import { html, nothing } from '../frame/html.ts'
import { clockOf } from '../frame/moments.ts'
import { type Page, sendPage } from '../frame/page.ts'
import { emptyState, nameText, noticeList } from '../frame/pieces.ts'
import { findLines } from '../journal/store.ts'
import { storyOf } from '../journal/story.ts'
import { maySeeClient } from '../search/store.ts'
import { type CardNeeds, clientCard } from './card.ts'

const pageSize = 20
const idInput = z.object({ id: z.string() })
const cursorInput = z.object({ cursor: z.string().optional().catch(undefined) })

/** `GET /clients/:id`: «Почему не дошло?» for one client. */
export function clientRoutes(app: FastifyInstance, needs: CardNeeds & { db: Database }): void {
  app.get('/clients/:id', { config: { right: 'see', act: 'look.client' } }, async (request, reply) => {
    const id = parseId('client', idInput.parse(request.params).id)
    if (id === undefined) throw unknownClient()
    const operator = operatorOf(request)
    const { cursor } = cursorInput.parse(request.query)
    const page = await needs.db.snapshot((db) => clientPage({ ...needs, db, operator }, id, cursor))
    return sendPage(request, reply, page)
  })
}

async function clientPage(
  needs: CardNeeds & { operator: Session },
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
  return {
    title: nameText({ ...client, isErased: client.erasedAt !== null }),
    body: html`${noticeList(cursor !== undefined && before === undefined ? ['Такой страницы нет: показано начало.'] : [])}
${await clientCard(needs, client, clock)}
<h2>Сообщения</h2>
${shown.length === 0 ? emptyState('Сообщений нет', 'Об этом клиенте ещё не приходило событий.') : await storyOf({ ...needs, contacts: await contactsOf(needs, client) }, shown, clock)}
${last === undefined ? nothing : html`<p class="pager"><a href="/clients/${client.id}?cursor=${last.id}" rel="next">Дальше</a></p>`}`,
  }
}

function unknownClient(): RequestError {
  return new RequestError('not_found', 'Такого клиента нет.')
}
