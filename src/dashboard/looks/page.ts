import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { clientById } from '../../clients/store.ts'
import { filterWords, type KeptLook, type Looks, looksOfClient } from '../../journal/looks.ts'
import { RequestError } from '../../lib/errors.ts'
import { parseId } from '../../lib/ids.ts'
import { operatorOf } from '../access/rights.ts'
import type { CardNeeds } from '../clients/card.ts'
import { html } from '../frame/html.ts'
import { type Clock, clockOf, momentTag } from '../frame/moments.ts'
import { sendPage } from '../frame/page.ts'
import { emptyState, nameText } from '../frame/pieces.ts'
import { maySeeClient } from '../search/store.ts'

const shownAtMost = 200
const idInput = z.object({ id: z.string() })

/** Notes that this operator was shown these clients, on this page. */
export function noteLook(looks: Pick<Looks, 'note'>, request: FastifyRequest, clients: Iterable<string>): void {
  looks.note({ ...lookerOf(request), clients })
}

/** Notes that this operator took so many lines away as a file: one row, however many clients are in it. */
export function noteExport(
  looks: Pick<Looks, 'note'>,
  request: FastifyRequest,
  asked: Readonly<Record<string, unknown>>,
  shown: number,
): void {
  looks.note({ ...lookerOf(request), filter: filterWords(asked), shown })
}

function lookerOf({ operator, routeOptions }: FastifyRequest): { who: string; place: string } {
  return { who: `user:${operator?.userName ?? '?'}`, place: routeOptions.url ?? '?' }
}

/** `GET /clients/:id/looks`: who looked at this client's data. */
export function lookRoutes(app: FastifyInstance, needs: CardNeeds & { looks: Pick<Looks, 'note'> }): void {
  app.get('/clients/:id/looks', { config: { right: 'see', act: 'look.client' } }, async (request, reply) => {
    const id = parseId('client', idInput.parse(request.params).id)
    const client = id && (await clientById(needs, id))
    if (!client || !(await maySeeClient(needs.db, client.id, operatorOf(request).branches)))
      throw new RequestError('not_found', 'Такого клиента нет.')
    const clock = clockOf(needs.policy.timezone)
    const rows = await looksOfClient(needs.db, client.id, shownAtMost)
    noteLook(needs.looks, request, [client.id])
    const name = nameText({ ...client, isErased: client.erasedAt !== null })
    return sendPage(request, reply, {
      title: 'Кто смотрел данные',
      body: html`<h1>Кто смотрел данные: <a href="/clients/${client.id}">${name}</a></h1>
${rows.length === 0 ? emptyState('Никто не смотрел', 'Здесь появится каждый просмотр данных этого клиента.') : lookTable(rows, clock)}
<p class="quiet">Последние ${shownAtMost} просмотров. Все — в API: GET /looks?client=${client.id}</p>`,
    })
  })
}

function lookTable(rows: readonly KeptLook[], clock: Clock) {
  return html`<ul class="looks" aria-label="Просмотры, новые сверху">
${rows.map((row) => html`<li>${momentTag(row.at, clock)} <b>${whoText(row.who)}</b> <code>${row.place}</code></li>`)}
</ul>`
}

function whoText(who: string): string {
  const [kind = '', name = ''] = who.split(/:(.*)/s)
  if (who === 'admin-key') return 'ключ администратора'
  return kind === 'user' ? `оператор ${name}` : kind === 'key' ? `ключ ${name}` : who
}
