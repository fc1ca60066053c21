import { z } from 'zod'
import { filterWords } from '../journal/looks.ts'
import { journalSheet, type SheetFormat, sheetFormats, sheetTypes } from '../notifications/export/journal-sheet.ts'
import { journalFilter, journalQuery } from './journal.ts'
import { type ApiRoute, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'

/** `GET /journal.csv` and `.xlsx`: the same filter, streamed. */
export function journalFileRoutes(needs: ApiNeeds): ApiRoute[] {
  return sheetFormats.map((format) =>
    route({
      method: 'GET',
      path: `/journal.${format}`,
      scope: 'journal:read',
      summary: summaries[format],
      description:
        'Тот же отбор, что у /journal, целиком и потоком: память не растёт с числом строк. Формулы обезврежены. ' +
        'В xlsx то, что не поместилось на лист (1 048 576 строк), продолжается на следующем.',
      query: journalQuery,
      answer: z.unknown(),
      answerType: sheetTypes[format],
      errors: ['phone_invalid'],
      handle: async ({ query, key, look }, reply) => {
        const { phone, ...rest } = query
        const asked = { ...rest, ...(phone === undefined ? {} : { phone: true }) }
        const stream = await journalSheet(
          { ...needs, onTrouble: needs.onAuditTrouble },
          {
            format,
            filter: journalFilter(needs, query, key),
            zone: needs.policy.timezone,
            by: { who: key.id, kind: 'key' },
            asked,
            onEnd: (rows) => look({ filter: filterWords(asked), shown: rows }),
          },
        )
        return reply
          .header('content-type', sheetTypes[format])
          .header('content-disposition', `attachment; filename="journal.${format}"`)
          .header('cache-control', 'no-store')
          .send(stream)
      },
    }),
  )
}

const summaries: Record<SheetFormat, string> = {
  csv: 'Журнал в CSV, для Excel: UTF-8 с BOM, точка с запятой',
  xlsx: 'Журнал в XLSX',
}
