import { findLines, type LineFilter } from '../../src/dashboard/journal/store.ts'
import { search } from '../../src/dashboard/search/search.ts'
import type { Database } from '../../src/db/database.ts'
import { type JournalFilter, searchJournal } from '../../src/journal/search.ts'
import { firstIdAt } from '../../src/lib/ids.ts'
import { askReport, sliceOf } from '../../src/reports/ask.ts'
import { catalog } from '../../src/reports/catalog.ts'
import { shifted } from '../../src/reports/facts.ts'
import { percentile } from '../report.ts'
import { operationOf, phoneOf, type Town, vault } from './generate.ts'

export const timezone = 'Europe/Moscow'

/** A question of a kind, with values of its own each time. */
export type Question = { name: string; ask(round: number): Promise<unknown> }
export type Measured = { name: string; p50: number; p95: number }
export type Pair = { small: Measured; large: Measured }

const page = 51

export function searches(db: Database, town: Town): Question[] {
  const needs = { db, vault }
  const someone = (round: number) => phoneOf((round * 7919) % town.clients)
  const number = (round: number) => operationOf((round * 104_729) % town.messages)
  return [
    { name: 'search field, phone', ask: async (round) => await lookUp(db, someone(round)) },
    { name: 'search field, ПСА', ask: async (round) => await lookUp(db, number(round)) },
    {
      name: 'GET /journal, phone',
      ask: (round) => searchJournal(needs, { phoneIndex: vault.index('phone', someone(round)) }, page),
    },
    { name: 'GET /journal, ПСА', ask: (round) => searchJournal(needs, { operation: number(round) }, page) },
  ]
}

/** What the dashboard does for one search: whom it means, and the lines of it. */
async function lookUp(db: Database, q: string): Promise<void> {
  const found = await search({ db, vault, within: null }, q)
  if (found.kind !== 'matches' || found.people.length + found.operations.length === 0)
    throw new Error(`not found: ${q}`)
  await findLines({ db, vault }, { clients: found.people.map((each) => each.id), operations: found.operations }, page)
}

export function filters(db: Database, town: Town): Question[] {
  const needs = { db, vault }
  return [
    ...Object.entries(dashboardFilters(town)).map(([name, filter]) => ({
      name: `dashboard: ${name}`,
      ask: () => findLines(needs, filter, page),
    })),
    ...Object.entries(apiFilters(town)).map(([name, filter]) => ({
      name: `API: ${name}`,
      ask: () => searchJournal(needs, filter, page),
    })),
  ]
}

function spanOf(town: Town) {
  const from = new Date(town.start.getTime() + (town.days / 3) * 86_400_000)
  return { from, to: new Date(from.getTime() + 7 * 86_400_000) }
}

function dashboardFilters(town: Town): Record<string, LineFilter> {
  const old = spanOf(town)
  return {
    'no filter': {},
    'a page far away': { before: firstIdAt('delivery', old.from) },
    'on its way': { states: ['queued', 'waiting', 'sending'] },
    ...Object.fromEntries(
      ['sent', 'delivered', 'unknown', 'failed', 'skipped', 'sending'].map((state) => [
        `state ${state}`,
        { states: [state] },
      ]),
    ),
    ...Object.fromEntries(
      ['no_contact', 'blocked', 'erased', 'network'].map((reason) => [`reason ${reason}`, { reason }]),
    ),
    ...Object.fromEntries(['max', 'whatsapp', 'sandbox'].map((channel) => [`channel ${channel}`, { channel }])),
    ...Object.fromEntries(['payout.paid', 'payout.failed', 'greeting'].map((type) => [`event ${type}`, { type }])),
    'a branch': { branch: 'BR-03' },
    'a branch that is not there': { branch: 'nowhere' },
    'a week two thirds ago': old,
    'that week, unknown': { ...old, states: ['unknown'] },
    'failed, blocked, MAX, a branch': { states: ['failed'], reason: 'blocked', channel: 'max', branch: 'BR-05' },
    'unknown, WhatsApp, reminder, a branch': {
      states: ['unknown'],
      channel: 'whatsapp',
      type: 'installment.reminder',
      branch: 'BR-07',
    },
    'sent, nobody’s channel': { states: ['sent'], channel: 'sandbox' },
    'delivered, MAX (never)': { states: ['delivered'], channel: 'max' },
    'sent, bonus, WhatsApp': { states: ['sent'], type: 'bonus.granted', channel: 'whatsapp' },
  }
}

function apiFilters(town: Town): Record<string, JournalFilter> {
  return {
    'no filter': {},
    'a week two thirds ago': spanOf(town),
    'source vtorium': { source: 'vtorium' },
    'a source that is not there': { source: 'nobody' },
    waiting: { state: 'waiting' },
    'failed, a branch, VK': { state: 'failed', branch: 'BR-02', channel: 'vk' },
    'delivered, Telegram (never)': { state: 'delivered', channel: 'telegram' },
  }
}

/** Each report for the last whole month, in its first breakdown and by branch where it has one. */
export function reports(db: Database, today: string): Question[] {
  const from = shifted(today, -70)
  const to = shifted(today, -41)
  return catalog.flatMap((report) =>
    report.by.map((by) => ({
      name: `report ${report.name} by ${by}`,
      ask: () => askReport({ db, timezone }, report, sliceOf(report, { from, to, by }, timezone)),
    })),
  )
}

/** The same questions of both journals take turns, so that a busy machine slows them alike; the first round warms up. */
export async function measure(small: readonly Question[], large: readonly Question[], rounds: number): Promise<Pair[]> {
  const all = large.map((question, index) => ({
    question,
    other: small[index] ?? question,
    small: [] as number[],
    large: [] as number[],
  }))
  for (let round = 0; round <= rounds; round++) {
    for (const each of all) {
      const [one, two] = [await timeOf(each.other, round), await timeOf(each.question, round)]
      if (round === 0) continue
      each.small.push(one)
      each.large.push(two)
    }
  }
  return all.map((each) => ({
    small: spread(each.question.name, each.small),
    large: spread(each.question.name, each.large),
  }))
}

async function timeOf(question: Question, round: number): Promise<number> {
  const at = performance.now()
  await question.ask(round)
  return performance.now() - at
}

function spread(name: string, took: readonly number[]): Measured {
  return { name, p50: percentile(took, 0.5), p95: percentile(took, 0.95) }
}
