import type { FastifyInstance } from 'fastify'
import type { JournalFilter } from '../../journal/search.ts'
import { sheetFormats, sheetTypes } from '../../notifications/export/journal-sheet.ts'
import { operatorOf } from '../access/rights.ts'
import type { Desk } from '../desk.ts'
import { clockOf } from '../frame/moments.ts'
import { noteExport } from '../looks/page.ts'
import { type Found, search } from '../search/search.ts'
import { type Asked, readAsked } from './filter.ts'
import { filterOf } from './lines-of.ts'

/** `GET /journal/export.csv` and `.xlsx`: what the journal shows, whole. The audit log is told when it ends. */
export function exportRoutes(app: FastifyInstance, desk: Desk): void {
  for (const format of sheetFormats) {
    app.get(
      `/journal/export.${format}`,
      { exposeHeadRoute: false, config: { right: 'export', act: 'journal.export', isNotedBelow: true } },
      async (request, reply) => {
        const operator = operatorOf(request)
        const { asked } = readAsked(request.query)
        const found = asked.q === '' ? undefined : await search({ ...desk, within: operator.branches }, asked.q)
        const clock = clockOf(desk.policy.timezone)
        const stream = await desk.journalSheet({
          format,
          filter: journalFilter(
            asked,
            found,
            filterOf(asked, found?.kind === 'matches' ? found : undefined, operator, clock),
          ),
          zone: clock.zone,
          by: { who: operator.userName, kind: 'user' },
          asked: notedOf(asked),
          onEnd: (rows) => noteExport(desk.looks, request, notedOf(asked), rows),
        })
        return reply
          .header('content-type', sheetTypes[format])
          .header('content-disposition', `attachment; filename="journal.${format}"`)
          .header('cache-control', 'no-store')
          .send(stream)
      },
    )
  }
}

function journalFilter(asked: Asked, found: Found | undefined, filter: ReturnType<typeof filterOf>): JournalFilter {
  const isNothing = found?.kind === 'matches' && found.people.length === 0 && found.operations.length === 0
  return {
    states: filter.states,
    reason: filter.reason,
    channel: filter.channel,
    type: filter.type,
    branch: filter.branch,
    from: filter.from,
    to: filter.to,
    branches: filter.within ?? undefined,
    ...(found === undefined ? {} : { clients: filter.clients ?? [], operations: filter.operations ?? [] }),
    ...(isNothing || found?.kind === 'event' ? { clients: [], operations: asked.q === '' ? [] : [asked.q] } : {}),
  }
}

/** The filter in words of ours; what was searched for may be a phone or a name. */
function notedOf({ q, cursor: _cursor, ...filters }: Asked): Record<string, unknown> {
  return { ...filters, ...(q === '' ? {} : { searched: true }) }
}
