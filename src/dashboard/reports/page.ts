import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Database } from '../../db/database.ts'
import { listBranches } from '../../events/store/branches.ts'
import { RequestError } from '../../lib/errors.ts'
import type { Policy } from '../../notifications/policy.ts'
import { askReport, type ReportAnswer, sliceOf } from '../../reports/ask.ts'
import { catalog, reportNamed } from '../../reports/catalog.ts'
import { drawingOf } from '../../reports/chart/points.ts'
import { chartSvg } from '../../reports/chart/render.ts'
import type { Report } from '../../reports/report.ts'
import { reportCsv, reportView } from '../../reports/views.ts'
import { operatorOf } from '../access/rights.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { clockOf, momentTag } from '../frame/moments.ts'
import { sendPage } from '../frame/page.ts'
import { emptyState, noticeList } from '../frame/pieces.ts'
import { type Given, readGiven } from './asked.ts'
import { reportForm, reportPath } from './form.ts'
import { reportTable } from './table.ts'

type Needs = { db: Database; policy: Policy }

const nameInput = z.object({ name: z.string() })
/** On a phone the same chart is drawn anew: scaled down its letters could not be read. */
const widths = { wide: 1150, narrow: 340 }

/** `GET /reports`, `GET /reports/:name`: the owner's numbers, as pages, CSV and JSON. */
export function reportRoutes(app: FastifyInstance, needs: Needs): void {
  app.get('/reports', { config: { right: 'see' } }, async (request, reply) =>
    sendPage(request, reply, { title: 'Отчёты', at: 'reports', body: listOf(catalog) }),
  )
  app.get('/reports/:name', { config: { right: 'see' } }, async (request, reply) => {
    const report = reportNamed(nameInput.parse(request.params).name)
    if (!report) throw new RequestError('not_found', 'Такого отчёта нет.')
    const { branches: within } = operatorOf(request)
    const given = ownBranches(readGiven(request.query), within)
    const { answer, notices } = await answerTo(needs, report, given)
    if (given.format !== undefined) return sendFile(reply, answer, given.format)
    const branches = (await listBranches(needs.db)).filter(({ code }) => within === null || within.includes(code))
    return sendPage(request, reply, {
      title: report.title,
      at: 'reports',
      body: html`<h1>${report.title}</h1>
<p class="about">${report.about}</p>
${noticeList(notices)}
${reportForm(report, answer.slice, branches)}
${await numbersOf(needs, answer)}
<p class="caution"><b>Чего этот отчёт не доказывает.</b> ${report.caution}</p>`,
    })
  })
}

/** Whoever is limited to his branches gets the numbers of those. */
function ownBranches(given: Given, within: readonly string[] | null): Given {
  if (within === null) return given
  const asked = given.asked.branches?.filter((each) => within.includes(each)) ?? []
  return { ...given, asked: { ...given.asked, branches: asked.length > 0 ? asked : [...within] } }
}

function listOf(reports: readonly Report[]): Html {
  return html`<h1>Отчёты</h1>
<ul class="reports">
${reports.map((each) => html`<li><a href="/reports/${each.name}">${each.title}</a><p>${each.about}</p></li>`)}
</ul>`
}

/** What cannot be answered as it was asked is answered for the usual period, and said so; a file is refused. */
async function answerTo(
  { db, policy }: Needs,
  report: Report,
  given: Given,
): Promise<{ answer: ReportAnswer; notices: string[] }> {
  const ask = (asked: Given['asked']) =>
    askReport({ db, timezone: policy.timezone }, report, sliceOf(report, asked, policy.timezone))
  try {
    return { answer: await ask(given.asked), notices: given.notices }
  } catch (error) {
    if (!(error instanceof RequestError) || given.format !== undefined) throw error
    return {
      answer: await ask({ branches: given.asked.branches }),
      notices: [...given.notices, `${error.message} Показан обычный период.`],
    }
  }
}

function sendFile(reply: FastifyReply, answer: ReportAnswer, format: 'csv' | 'json'): FastifyReply {
  const { report, slice } = answer
  reply.header('cache-control', 'no-store')
  if (format === 'json') return reply.send(reportView(answer))
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${report.name}-${slice.from}-${slice.to}.csv"`)
    .send(reportCsv(answer))
}

async function numbersOf({ policy }: Needs, answer: ReportAnswer): Promise<Html> {
  const { rows, slice, computedAt, zone } = answer
  if (rows.length === 0) {
    return emptyState(
      'Пока нечего считать',
      computedAt === undefined
        ? 'За эти дни отчёты ещё не посчитаны: они обновляются каждые несколько минут, после первого сообщения.'
        : 'За этот период и с этими отборами ничего не было. Возьмите другой период.',
    )
  }
  const links = (['csv', 'json'] as const).map(
    (format) =>
      html`<a href="${reportPath(answer.report, slice, format)}">${format === 'csv' ? 'CSV для Excel' : 'JSON'}</a>`,
  )
  return html`${await chartOf(answer)}
${reportTable(answer)}
<p class="report-foot">${links}
<span class="quiet">Дни по часам площадки, без них — ${zone}.${computedAt === undefined ? nothing : html` Посчитано ${momentTag(computedAt, clockOf(policy.timezone))}.`}</span></p>`
}

async function chartOf(answer: ReportAnswer): Promise<Html> {
  const drawing = drawingOf(answer)
  if (!drawing) return nothing
  const wide = await chartSvg(drawing, widths.wide)
  const narrow = await chartSvg(drawing, widths.narrow)
  const what = drawing.series.map((each) => each.title.toLowerCase()).join(', ')
  return html`<figure class="chart" role="img" aria-label="График: ${what}. Те же числа стоят в таблице под ним.">
<div class="wide">${{ markup: wide }}</div><div class="narrow">${{ markup: narrow }}</div>
</figure>
${drawing.left > 0 ? html`<p class="quiet">На графике первые ${drawing.xs.length}; в таблице все.</p>` : nothing}`
}
