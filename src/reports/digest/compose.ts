import type { Queryable } from '../../db/database.ts'
import { dayOf } from '../../lib/moment.ts'
import { dayText, parseDay, wallTime } from '../../lib/russian/time.ts'
import { askReport, type ReportAnswer } from '../ask.ts'
import { callsAvoided } from '../calls-avoided.ts'
import { channels } from '../channels.ts'
import { chartPng } from '../chart/png.ts'
import { drawingOf } from '../chart/points.ts'
import { deliveries } from '../deliveries.ts'
import { shifted } from '../facts.ts'
import { optOuts } from '../opt-outs.ts'
import type { Report, Row } from '../report.ts'
import { timing } from '../timing.ts'
import { undelivered } from '../undelivered.ts'
import { valueText } from '../words.ts'
import type { DigestSettings } from './settings.ts'

export type ComposeNeeds = { db: Queryable; timezone: string }

export type Digest = {
  /** The day it tells of. */
  day: string
  text: string
  /** Undefined while there is nothing to draw. */
  picture: Buffer | undefined
}

const daysOfChart = 14

/** At noon and later a digest tells of the day itself, before of the day that is over. */
export function dayTold(hour: number, now: Date, zone: string): { day: string; isOfToday: boolean } {
  const today = dayOf(now.getTime(), zone)
  const isOfToday = hour >= 12
  return { day: isOfToday ? today : shifted(today, -1), isOfToday }
}

/** The day's numbers as they were last computed, in a few lines, and two weeks of them as a picture. Names nobody. */
export async function composeDigest(
  needs: ComposeNeeds,
  { hour, branches }: Pick<DigestSettings, 'hour' | 'branches'>,
  now: Date,
): Promise<Digest> {
  const { day, isOfToday } = dayTold(hour, now, needs.timezone)
  const ask = (report: Report, from = day) =>
    askReport(needs, report, { from, to: day, by: report.by[0], branches: branches ?? undefined })
  const [states, causes, times, reach, refusals, answers] = [
    await ask(deliveries),
    await ask(undelivered),
    await ask(timing),
    await ask(channels),
    await ask(optOuts),
    await ask(callsAvoided),
  ]
  const drawing = drawingOf(await ask(deliveries, shifted(day, 1 - daysOfChart)))
  const civil = parseDay(day)
  const name = civil ? dayText(civil, wallTime(now, needs.timezone).year) : day
  const head = isOfToday ? `Сводка за сегодня, ${name}, к ${hour}:00` : `Сводка за вчера, ${name}`
  return {
    day,
    text: [head, ...linesOf({ states, causes, times, reach, refusals, answers })].join('\n'),
    picture: drawing && (await chartPng(drawing)),
  }
}

type Answers = Record<'states' | 'causes' | 'times' | 'reach' | 'refusals' | 'answers', ReportAnswer>

function linesOf({ states, causes, times, reach, refusals, answers }: Answers): string[] {
  const { total } = states
  if (!total) return ['', 'Сообщений не было.']
  const said = (answer: ReportAnswer, row: Row | undefined, key: string) =>
    valueText(row?.[key], answer.columns.find((each) => each.key === key) ?? { unit: 'count' })
  const number = (row: Row | undefined, key: string) => Number(row?.[key] ?? 0)
  const came = number(total, 'sent') + number(total, 'delivered')
  const [worst] = causes.rows
  const lines = [
    '',
    `Сообщений: ${said(states, total, 'total')}, из них принято мессенджерами ${came.toLocaleString('ru')}.`,
    number(reach.total, 'clients') > 0 &&
      `Клиентов достигли: ${said(reach, reach.total, 'reached')} из ${said(reach, reach.total, 'clients')} (${said(reach, reach.total, 'reach')}).`,
    times.total &&
      `От факта до мессенджера: медиана ${said(times, times.total, 'factMedianMs')}, 95 % быстрее ${said(times, times.total, 'factP95Ms')}.`,
    number(causes.total, 'undelivered') > 0 &&
      `Не получено: ${said(causes, causes.total, 'undelivered')} (${said(causes, causes.total, 'share')})${worst ? `, чаще всего — ${worst.title}: ${said(causes, worst, 'undelivered')}` : ''}.`,
    number(total, 'unknown') > 0 &&
      `Ответ мессенджера потерян: ${said(states, total, 'unknown')} — могли дойти, а могли и нет.`,
    number(total, 'pending') > 0 && `Ещё в пути: ${said(states, total, 'pending')}.`,
    number(refusals.total, 'service') + number(refusals.total, 'blocked') > 0 &&
      `Отказались: ${said(refusals, refusals.total, 'service')}, заблокировали бота: ${said(refusals, refusals.total, 'blocked')}.`,
    number(answers.total, 'answers') > 0 &&
      `Бот ответил сам: ${said(answers, answers.total, 'answers')}, из них без звонка ${said(answers, answers.total, 'spared')}.`,
  ]
  return lines.filter((line) => typeof line === 'string')
}
