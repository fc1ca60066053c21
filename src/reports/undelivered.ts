import { reasonSchema } from '../deliveries/delivery.ts'
import { reasonTexts } from '../deliveries/reasons.ts'
import { narrowings, type Report, type Value } from './report.ts'
import { share } from './store/slice.ts'
import { readUndelivered, type Undelivered } from './store/undelivered.ts'

export const undelivered: Report = {
  name: 'undelivered',
  title: 'Недоставленные по причинам',
  about:
    'Сообщения, которые клиент не получил: мессенджер не принял их или их нельзя было отправить. У каждой причины — что она значит и ' +
    'что сделать. Доля — от всех сообщений.',
  caution:
    'Не считаются: ушедшие другим каналом или позже, устаревшие из-за более новой вести, контрольная группа и сообщения с потерянным ответом ' +
    '(«неизвестно»): они могли и дойти.',
  by: ['reason', 'day', 'branch', 'channel', 'type', 'source'],
  narrows: narrowings,
  columns: [
    { key: 'undelivered', title: 'Не получено', unit: 'count' },
    { key: 'share', title: 'Доля от всех', unit: 'share' },
    { key: 'failed', title: 'Не дошло', unit: 'count' },
    { key: 'skipped', title: 'Не отправлялось', unit: 'count' },
    { key: 'cause', title: 'Что это значит', unit: 'text', only: 'reason' },
    { key: 'advice', title: 'Что сделать', unit: 'text', only: 'reason' },
  ],
  chart: {
    kind: 'stacked',
    series: [
      { key: 'failed', tone: 'bad' },
      { key: 'skipped', tone: 'calm' },
    ],
  },
  read: async (db, slice) => {
    const found = await readUndelivered(db, slice)
    const total = found.find((each) => each.is_total)
    const rowOf = (each: Undelivered): Record<string, Value> => ({
      undelivered: each.undelivered,
      share: share(each.undelivered, slice.by === 'reason' ? (total?.of ?? 0) : each.of),
      failed: each.failed,
      skipped: each.skipped,
      ...textsOf(each),
    })
    return {
      rows: found
        .filter((each) => !each.is_total && (slice.by !== 'reason' || each.undelivered > 0))
        .map((each) => ({ ...rowOf(each), key: each.key })),
      total: total && { ...rowOf(total), cause: null, advice: null, key: null },
    }
  },
}

function textsOf({ key }: Undelivered): { cause: string | null; advice: string | null } {
  const known = reasonSchema.safeParse(key)
  return known.success ? reasonTexts[known.data] : { cause: null, advice: null }
}
