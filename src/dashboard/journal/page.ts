import type { FastifyInstance } from 'fastify'
import type { Client } from '../../clients/client.ts'
import { clientById } from '../../clients/store.ts'
import type { Database } from '../../db/database.ts'
import type { Looks } from '../../journal/looks.ts'
import { type CardNeeds, clientCard } from '../clients/card.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, clockOf } from '../frame/moments.ts'
import { sendPage } from '../frame/page.ts'
import { emptyState, noticeList } from '../frame/pieces.ts'
import { noteLook } from '../looks/page.ts'
import { type Found, search } from '../search/search.ts'
import { foundSummary, peopleList } from '../search/summary.ts'
import { type Asked, hasFilters, journalPath, readAsked, spanOf } from './filter.ts'
import { searchForm } from './form.ts'
import { lineList } from './line.ts'
import { branchesOf, findLines, type Line, type LineFilter } from './store.ts'
import { storyOf } from './story.ts'

const pageSize = 50
const storySize = 20

type Matches = Extract<Found, { kind: 'matches' }>

/** `GET /journal`: the search and the filters; a search that ends at one client answers «Почему не дошло?» at once. */
export function journalRoutes(
  app: FastifyInstance,
  needs: CardNeeds & { db: Database; looks: Pick<Looks, 'note'> },
): void {
  app.get('/journal', async (request, reply) => {
    const clock = clockOf(needs.policy.timezone)
    const { asked, notices } = readAsked(request.query)
    const found = asked.q === '' ? undefined : await search(needs, asked.q)
    if (found?.kind === 'event') return reply.redirect(`/events/${found.id}`)
    const seen = new Set<string>()
    const body = await needs.db.snapshot(
      async (db) => html`<h1 class="hidden">Журнал сообщений</h1>
${searchForm(asked, await branchesOf(db))}
${noticeList(notices)}
${await resultOf({ ...needs, db }, { asked, found, seen }, clock)}`,
    )
    noteLook(needs.looks, request, seen)
    return sendPage(request, reply, { title: 'Журнал', at: 'journal', withoutSearch: true, body })
  })
}

/** `seen` gets the clients who are shown. */
type Wish = { asked: Asked; found: Matches | undefined; seen: Set<string> }

async function resultOf(needs: CardNeeds, { asked, found, seen }: Wish, clock: Clock): Promise<Html> {
  if (found && found.people.length === 0 && found.operations.length === 0) return foundSummary(asked.q, found)
  const filter = filterOf(asked, found, clock)
  const isOneClient = found?.people.length === 1 && found.operations.length === 0
  const size = isOneClient ? storySize : pageSize
  const lines = await findLines(needs, filter, size + 1)
  const shown = lines.slice(0, size)
  const client = found && (await onlyClient(needs, found, shown))
  for (const { id } of [...(found?.people ?? []), ...shown.map((line) => line.client)]) seen.add(id)
  return html`${found ? foundSummary(asked.q, found) : nothing}
${client ? await clientCard(needs, client, clock) : found ? peopleList(found.people) : nothing}
${client ? html`<h2>${headingOf(found, asked)}</h2>` : nothing}
${shown.length === 0 ? emptyJournal(asked, found) : client ? await storyOf(needs, shown, clock) : lineList(shown, clock)}
${lines.length > shown.length || asked.cursor !== undefined ? pager(asked, lines.length > shown.length ? shown.at(-1) : undefined) : nothing}`
}

function filterOf(asked: Asked, found: Matches | undefined, clock: Clock): LineFilter {
  return {
    ...(found ? { clients: found.people.map((each) => each.id), operations: found.operations } : {}),
    states: asked.state === 'pending' ? ['queued', 'waiting', 'sending'] : asked.state && [asked.state],
    reason: asked.reason,
    channel: asked.channel,
    type: asked.type,
    branch: asked.branch,
    ...spanOf(asked, clock.zone),
    before: asked.cursor,
  }
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
