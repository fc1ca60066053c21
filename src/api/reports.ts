import { z } from 'zod'
import { wayNames } from '../channels/channel.ts'
import { keptTypes } from '../events/kept.ts'
import { RequestError } from '../lib/errors.ts'
import { type Asked, askReport, sliceOf } from '../reports/ask.ts'
import { catalog, reportNamed } from '../reports/catalog.ts'
import { dimensions, dimensionTitles, narrowings, type Report, units } from '../reports/report.ts'
import { reportCsv, reportView } from '../reports/views.ts'
import { type ApiRoute, type KeyInUse, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const columnShape = z.object({ key: z.string(), title: z.string(), unit: z.enum(units) })

const listedShape = z.object({
  name: z.string(),
  title: z.string(),
  about: z.string(),
  caution: z.string().describe('Чего отчёт не доказывает'),
  by: z.array(z.enum(dimensions)).describe('Разрезы; первый берётся, если by не указан'),
  filters: z.array(z.enum(narrowings)),
  columns: z.array(columnShape),
})

const numberOrText = z.union([z.number(), z.string()])

const reportShape = z.object({
  name: z.string(),
  title: z.string(),
  about: z.string(),
  caution: z.string(),
  from: z.iso.date(),
  to: z.iso.date(),
  by: z.enum(dimensions),
  zone: z.string().describe('Пояс, в котором считаются дни, если у площадки нет своего'),
  computedAt: momentShape.optional().describe('Когда посчитан последний из дней; нет — ещё не считались'),
  columns: z.array(columnShape),
  rows: z.array(z.object({ key: z.string().optional(), title: z.string() }).catchall(numberOrText)),
  total: z.record(z.string(), numberOrText).optional().describe('По всему периоду сразу, а не сумма строк'),
})

const query = z.object({
  from: z.iso.date().optional().describe('С дня, включительно; по умолчанию — 30 дней до «to»'),
  to: z.iso.date().optional().describe('По день, включительно; по умолчанию — сегодня'),
  by: z
    .enum(dimensions)
    .optional()
    .describe(`Разрез: ${dimensions.map((each) => `${each} — ${dimensionTitles[each].toLowerCase()}`).join(', ')}`),
  branch: z.string().max(200).optional().describe('Код площадки'),
  channel: z.enum(wayNames).optional(),
  type: z.enum(keptTypes).optional(),
  source: z.string().max(50).optional(),
  format: z.enum(['json', 'csv']).default('json').describe('csv — таблица для Excel: точки с запятой, UTF-8 с BOM'),
})

/** `GET /reports`, `GET /reports/:name`: the numbers of the owner. */
export function reportRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/reports',
      scope: 'journal:read',
      summary: 'Какие есть отчёты',
      answer: z.object({ reports: z.array(listedShape) }),
      handle: async () => ({ reports: catalog.map(listedView) }),
    }),
    route({
      method: 'GET',
      path: '/reports/:name',
      scope: 'journal:read',
      summary: 'Отчёт за период',
      description:
        'Дни — по поясу площадки, а без него по TIMEZONE. Тестовые события не считаются. Сегодняшний день пересчитывается ' +
        'каждые 5 минут, последние 40 дней — раз в сутки. Доли — от 0 до 1; чего мессенджер сообщить не может, того в ответе нет.',
      params: z.object({ name: z.string().max(100).describe('Имя из GET /reports') }),
      query,
      answer: reportShape,
      errors: ['not_found', 'date_invalid'],
      handle: async ({ params, query: { format, branch, ...asked }, key }, reply) => {
        const report = reportNamed(params.name)
        if (!report) throw new RequestError('not_found', 'Такого отчёта нет. Какие есть: GET /api/v1/reports.')
        const scoped = { ...asked, ...scopeOf(report, key, branch, asked.source) }
        const zone = needs.policy.timezone
        const answer = await askReport({ db: needs.db, timezone: zone }, report, sliceOf(report, scoped, zone))
        if (format === 'json') return reportView(answer)
        return await reply
          .type('text/csv; charset=utf-8')
          .header(
            'content-disposition',
            `attachment; filename="${report.name}-${answer.slice.from}-${answer.slice.to}.csv"`,
          )
          .send(reportCsv(answer))
      },
    }),
  ]
}

function listedView({ name, title, about, caution, by, narrows, columns }: Report) {
  return {
    name,
    title,
    about,
    caution,
    by: [...by],
    filters: [...narrows],
    columns: columns.map(({ key, title: of, unit }) => ({ key, title: of, unit })),
  }
}

/** A key of one branch or one source counts only its own. */
function scopeOf(
  report: Report,
  key: KeyInUse,
  branch: string | undefined,
  source: string | undefined,
): Pick<Asked, 'branches' | 'source'> {
  if (key.branchCode !== null && branch !== undefined && branch !== key.branchCode) {
    throw new RequestError('forbidden', `Этот ключ выдан площадке «${key.branchCode}»: отчёт по другой он не покажет.`)
  }
  if (key.source !== null && (!report.narrows.includes('source') || (source !== undefined && source !== key.source))) {
    throw new RequestError(
      'forbidden',
      `Этот ключ выдан источнику «${key.source}», а отчёт общий. Возьмите общий ключ.`,
    )
  }
  const code = key.branchCode ?? branch
  return { branches: code === undefined ? undefined : [code], source: key.source ?? source }
}
