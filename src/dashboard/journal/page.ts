import type { FastifyInstance } from 'fastify'
import type { Client } from '../../clients/client.ts'
import { clientById, contactsOf } from '../../clients/store.ts'
import { operatorOf } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import { type CardNeeds, clientCard } from '../clients/card.ts'
import type { Desk } from '../desk.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, clockOf } from '../frame/moments.ts'
import { sendPage } from '../frame/page.ts'
import { emptyState, noticeList } from '../frame/pieces.ts'
import { noteLook } from '../looks/page.ts'
import { search } from '../search/search.ts'
import { foundSummary, peopleList } from '../search/summary.ts'
import { exportRoutes } from './export.ts'
import { type Asked, hasFilters, journalPath, readAsked } from './filter.ts'
import { searchForm } from './form.ts'
import { lineList } from './line.ts'
import { filterOf, type Matches } from './lines-of.ts'
import { liveList, seenIn } from './live.ts'
import { branchesOf, findLines, type Line } from './store.ts'
import { storyOf } from './story.ts'

const pageSize = 50
const storySize = 20

/** `GET /journal`: the search and the filters; a search that ends at one client answers «Почему не дошло?» at once. */
export function journalRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/journal', { config: { right: 'see', act: 'look.journal' } }, async (request, reply) => {
    const operator = operatorOf(request)
    const needs = { ...desk, operator, within: operator.branches }
    const clock = clockOf(needs.policy.timezone)
    const { asked, notices } = readAsked(request.query)
    // What was looked for may be a phone: only that somebody looked is noted.
    request.noted.detail = { searched: asked.q !== '', filtered: hasFilters(asked) }
    const found = asked.q === '' ? undefined : await search(needs, asked.q)
    if (found?.kind === 'event') return reply.redirect(`/events/${found.id}`)
    const seen = new Set<string>()
    const body = await needs.db.snapshot(
      async (db) => html`<h1 class="hidden">Журнал сообщений</h1>
${searchForm(asked, await branchesOf(db, operator.branches), operator)}
${noticeList(notices)}
${await resultOf({ ...needs, db }, { asked, found, seen }, clock)}`,
    )
    noteLook(needs.looks, request, seen)
    return sendPage(request, reply, { title: 'Журнал', at: 'journal', withoutSearch: true, body })
  })

  app.get('/journal/lines', { config: { right: 'see', act: 'look.journal', isPart: true } }, async (request, reply) => {
    const needs = { ...desk, operator: operatorOf(request) }
    const clock = clockOf(needs.policy.timezone)
    const { asked } = readAsked(request.query)
    const lines = await findLines(needs, filterOf(asked, undefined, needs.operator, clock), pageSize)
    const list = liveList(lines, asked, clock)
    // Nothing has changed: the page stays as it is, with whatever the reader has marked on it.
    if (list.seen === seenIn(request.query)) return reply.code(204).send()
    noteLook(
      needs.looks,
      request,
      lines.map((each) => each.client.id),
    )
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(list.html.markup)
  })
  exportRoutes(app, desk)
}

/** `seen` gets the clients who are shown. */
type Wish = { asked: Asked; found: Matches | undefined; seen: Set<string> }

async function resultOf(
  needs: CardNeeds & { operator: Session },
  { asked, found, seen }: Wish,
  clock: Clock,
): Promise<Html> {
  if (found && found.people.length === 0 && found.operations.length === 0) return foundSummary(asked.q, found)
  const filter = filterOf(asked, found, needs.operator, clock)
  const isOneClient = found?.people.length === 1 && found.operations.length === 0
  const size = isOneClient ? storySize : pageSize
  const lines = await findLines(needs, filter, size + 1)
  const shown = lines.slice(0, size)
  const client = found && (await onlyClient(needs, found, shown))
  for (const { id } of [...(found?.people ?? []), ...shown.map((line) => line.client)]) seen.add(id)
  return html`${found ? foundSummary(asked.q, found) : nothing}
${client ? await clientCard(needs, client, clock) : found ? peopleList(found.people) : nothing}
${client ? html`<h2>${headingOf(found, asked)}</h2>` : nothing}
${shown.length === 0 ? emptyJournal(asked, found) : client ? await storyOf({ ...needs, contacts: await contactsOf(needs, client) }, shown, clock) : found || asked.cursor !== undefined ? lineList(shown, clock) : liveList(shown, asked, clock).html}
${lines.length > shown.length || asked.cursor !== undefined ? pager(asked, lines.length > shown.length ? shown.at(-1) : undefined) : nothing}`
}

/** The one client whom the search leads to, by himself or by his document. */
async function onlyClient(needs: CardNeeds, found: Matches, lines: readonly Line[]): Promise<Client | undefined> {
  const ids = new Set([...found.people.map((each) => each.id), ...lines.map((line) => line.client.id)])
  const [id] = ids
  return ids.size === 1 && id !== undefined && !found.hasMore ? await clientById(needs, id) : undefined
}

function headingOf(found: Matches | undefined, asked: Asked): string {
  if (hasFilters(asked)) return 'Сообщения по этим фильтрам'
  const [operation, another] = found?.operations ?? []
  return operation === undefined || another !== undefined ? 'Сообщения' : 'Сообщения по этому документу'
}

function emptyJournal(asked: Asked, found: Matches | undefined): Html {
  if (asked.cursor !== undefined) return emptyState('Дальше пусто', 'Более ранних сообщений нет.')
  if (hasFilters(asked))
    return emptyState('Ничего не нашлось', 'По этим фильтрам сообщений нет. Уберите часть фильтров.')
  if (found) return emptyState('Сообщений нет', 'Об этом клиенте ещё не приходило событий.')
  return emptyState('Пока пусто', 'Здесь появится каждое сообщение, как только учётная система пришлёт первое событие.')
}

function pager(asked: Asked, last: Line | undefined): Html {
  return html`<p class="pager">
${asked.cursor === undefined ? nothing : html`<a href="${journalPath({ ...asked, cursor: undefined })}">В начало</a>`}
${last === undefined ? nothing : html`<a href="${journalPath({ ...asked, cursor: last.id })}" rel="next">Дальше</a>`}
</p>`
}
