import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { clientById, contactsOf } from '../../clients/store.ts'
import type { Database } from '../../db/database.ts'
import { eventsByIds, type StoredEvent } from '../../events/store/read.ts'
import { RequestError } from '../../lib/errors.ts'
import { type EventId, parseId } from '../../lib/ids.ts'
import { formatMoney } from '../../lib/russian/numbers.ts'
import { operatorOf } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import type { CardNeeds } from '../clients/card.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, clockOf, momentTag } from '../frame/moments.ts'
import { type Page, sendPage } from '../frame/page.ts'
import { emptyState, eventTitle, nameText, testMark } from '../frame/pieces.ts'
import { sourceTitle } from '../frame/words.ts'
import { doneNotice } from '../hand/page.ts'
import { journalPath } from '../journal/filter.ts'
import { findLines, type Line } from '../journal/store.ts'
import { storyOf } from '../journal/story.ts'
import { maySeeEvent } from '../search/store.ts'

const idInput = z.object({ id: z.string() })

/** `GET /events/:id`: one event of the sender, and the message that came of it with every attempt. */
export function eventRoutes(app: FastifyInstance, needs: CardNeeds & { db: Database }): void {
  app.get('/events/:id', { config: { right: 'see', act: 'look.event' } }, async (request, reply) => {
    const id = parseId('event', idInput.parse(request.params).id)
    if (id === undefined) throw unknownEvent()
    const operator = operatorOf(request)
    const notice = doneNotice(request.query)
    return sendPage(request, reply, await needs.db.snapshot((db) => eventPage({ ...needs, db, operator }, id, notice)))
  })
}

async function eventPage(needs: CardNeeds & { operator: Session }, id: EventId, notice: Html): Promise<Page> {
  const [event] = await eventsByIds(needs, [id])
  if (!event || !(await maySeeEvent(needs.db, id, needs.operator.branches))) throw unknownEvent()
  const clock = clockOf(needs.policy.timezone)
  const lines = await findLines(needs, { event: event.id }, 50)
  const client = await clientById(needs, event.clientId)
  const contacts = client ? await contactsOf(needs, client) : []
  return {
    title: eventTitle(event.type),
    body: html`${notice}<section class="card" aria-labelledby="event-title">
<div class="card-head"><h1 id="event-title">${eventTitle(event.type)}</h1> ${testMark(event.test)}</div>
${eventFacts(event, lines[0], clock)}
${warningList(event)}
${rawEvent(event)}
</section>
<h2>Что стало с сообщением</h2>
${lines.length === 0 ? notPlanned(event) : await storyOf({ ...needs, contacts }, lines, clock)}`,
  }
}

function unknownEvent(): RequestError {
  return new RequestError('not_found', 'Такого события нет.')
}

function eventFacts(stored: StoredEvent, line: Line | undefined, clock: Clock): Html {
  const event = stored.content?.event
  const amount = event?.payment?.amount ?? event?.operation?.amount
  const number = event?.operation?.number
  return html`<dl class="facts">
${line === undefined ? nothing : fact('Клиент', html`<a href="/clients/${line.client.id}">${nameText(line.client)}</a>`)}
${amount === undefined ? nothing : fact('Сумма', formatMoney(amount, event?.payment?.currency))}
${number === undefined ? nothing : fact('Документ', html`<a href="${journalPath({ q: number })}">${number}</a>`)}
${event?.branch === undefined ? nothing : fact('Площадка', event.branch.name ?? event.branch.code ?? '')}
${event?.occurredAt === undefined ? nothing : fact('Произошло', momentTag(new Date(event.occurredAt), clock))}
${fact('Получено', html`${momentTag(stored.receivedAt, clock)} <small>отправитель: ${sourceTitle(stored.source)}</small>`)}
${event?.id === undefined ? nothing : fact('Код у отправителя', html`<code>${event.id}</code>`)}
${fact('Код события', html`<code>${stored.id}</code>`)}
</dl>`
}

function fact(title: string, value: Html | string): Html {
  return html`<div><dt>${title}</dt><dd>${value}</dd></div>`
}

function warningList({ content }: StoredEvent): Html {
  const warnings = content?.warnings ?? []
  if (warnings.length === 0) return nothing
  return html`<div class="why doubt"><p><b>Замечания при приёме:</b></p><ul>${warnings.map((each) => html`<li>${each.message}</li>`)}</ul></div>`
}

function rawEvent({ content }: StoredEvent): Html {
  if (!content) return html`<p class="quiet">Содержание удалено вместе с данными клиента.</p>`
  return html`<details><summary>Событие целиком, для программиста учётной системы</summary>
<pre tabindex="0">${JSON.stringify(content.event, null, 2)}</pre></details>`
}

function notPlanned({ isPlanned, heldReason }: StoredEvent): Html {
  if (heldReason !== null) {
    return emptyState(
      'Событие удержано',
      'Оно пришло из новой базы, а такая база часто бывает копией. Пока её не подтвердят, клиенту ничего не уйдёт.',
    )
  }
  return isPlanned
    ? emptyState('Сообщения нет', 'Событие разобрано, но сообщения по нему не было.')
    : emptyState('Ещё не разобрано', 'Событие принято и ждёт очереди. Обновите страницу через несколько секунд.')
}
