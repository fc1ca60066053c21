import { recordConsent } from '../../src/clients/store.ts'
import { sql } from '../../src/db/sql.ts'
import { noteBotAnswer } from '../../src/journal/bot-answers.ts'
import { newId } from '../../src/lib/ids.ts'
import { instantOf } from '../../src/lib/moment.ts'
import { parseDay } from '../../src/lib/russian/time.ts'
import { shifted } from '../../src/reports/facts.ts'
import type { Services } from '../../src/services.ts'
import { makeClient } from '../dashboard/open.ts'
import { type MessageSeed, makeMessage, type Seeded } from '../dashboard/seed.ts'

const moscow = 'Europe/Moscow'
const ural = 'Asia/Yekaterinburg'
const second = 1_000

export const nizhny = { branch: { code: 'NN-01', name: 'Нижний <b>Новгород</b>', timezone: moscow } }
const ekb = { branch: { code: 'EKB-02', name: '=Екатеринбург 🚛', timezone: ural } }

/**
 * Three clients and a first day, forty days before `today`. Ivan sells copper, is told in two messengers and comes again ten
 * days later; Pyotr has no messenger and does not; Anna is paid after midnight of the Urals, where Telegram refused her.
 */
export async function makeReportTown(at: { services: Services }, today: string): Promise<{ first: string }> {
  const { db, vault } = at.services
  const first = shifted(today, -40)
  const moment = (day: string, hours: number, zone = moscow) => {
    const civil = parseDay(day)
    if (!civil) throw new Error(`not a day: ${day}`)
    return new Date(instantOf({ ...civil, hour: hours, minute: 0, second: 0 }, zone))
  }
  const message = async (seed: MessageSeed & { at: Date; tookMs?: number; more?: ReturnType<typeof sql> }) => {
    const occurredAt = new Date(seed.at.getTime() - 10 * second).toISOString()
    const made = await makeMessage(at, { ...seed, event: { occurredAt, ...seed.event } })
    const took = new Date(seed.at.getTime() + (seed.tookMs ?? 2 * second))
    await db.run(
      sql`update deliveries set decided_at = case when decided_at is null then null else ${took}::timestamptz end where id = ${made.id}`,
    )
    if (seed.more) await db.run(sql`update deliveries set ${seed.more} where id = ${made.id}`)
    return made
  }
  const operation = (id: string) => ({ operation: { id, number: id.toUpperCase() } })

  const ivan = await makeClient(at, { externalId: 'ivan', phone: '+79031234567', branchCode: 'NN-01' })
  const petr = await makeClient(at, { externalId: 'petr', phone: '+79129876543', branchCode: 'NN-01' })
  const anna = await makeClient(at, { externalId: 'anna', phone: '+79265550101', branchCode: 'EKB-02' })

  const accepted = { type: 'operation.accepted', ...nizhny }
  await message({
    client: ivan,
    state: 'sent',
    channel: 'vk',
    engagement: 'read',
    at: moment(first, 10),
    event: { ...accepted, ...operation('op-1') },
  })
  await message({
    client: ivan,
    state: 'sent',
    at: moment(first, 11),
    tookMs: 90 * second,
    event: { type: 'payout.paid', ...nizhny, ...operation('op-1') },
  })
  await message({
    client: petr,
    state: 'skipped',
    reason: 'no_contact',
    channel: null,
    at: moment(first, 12),
    event: { ...accepted, ...operation('op-2') },
  })
  await message({ client: petr, state: 'sent', test: true, at: moment(first, 13), event: nizhny })

  // 23 o'clock in Moscow is one o'clock of the next day in the Urals.
  const refused = await message({
    client: anna,
    state: 'failed',
    reason: 'blocked',
    zone: ural,
    at: moment(first, 23),
    event: { type: 'payout.paid', ...ekb, ...operation('op-3') },
  })
  await toldAgain(at, refused)

  const promo = { type: 'greeting', occasion: 'День металлурга', ...nizhny }
  const dayOfPromo = shifted(first, 2)
  await message({
    client: ivan,
    state: 'sent',
    at: moment(dayOfPromo, 12),
    event: promo,
    more: sql`trial = 'told', purpose = 'advertising'`,
  })
  await message({
    client: petr,
    state: 'skipped',
    channel: null,
    at: moment(dayOfPromo, 12),
    event: promo,
    more: sql`trial = 'held', purpose = 'advertising'`,
  })
  await message({
    client: ivan,
    state: 'sent',
    engagement: 'tapped',
    at: moment(shifted(first, 10), 10),
    event: { ...accepted, ...operation('op-4') },
    more: sql`tells_tap = true`,
  })

  for (const purpose of ['service', 'advertising'] as const) {
    await recordConsent({ db, vault }, ivan.id, {
      purpose,
      granted: false,
      at: new Date(),
      givenBy: 'bot',
      channel: 'telegram',
      wording: null,
    })
  }
  for (const kind of ['money', 'money', 'question'] as const)
    await noteBotAnswer(db, { channel: 'telegram', branch: 'NN-01', kind })
  // Twice Ivan was asked on the first day, and once he answered.
  await db.run(
    sql`insert into ratings (event_id, delivery_id, client_id, state, due_at, score, asked_at, rated_at)
        select event_id, id, client_id, case when channel = 'vk' then 'asked' else 'rated' end, created_at, case when channel = 'vk' then null else 4 end,
          created_at + interval '30 minutes', case when channel = 'vk' then null else created_at + interval '1 hour' end
        from deliveries where client_id = ${ivan.id} and created_at < ${moment(shifted(first, 1), 0)}
        on conflict (event_id) do update set state = excluded.state, score = excluded.score, asked_at = excluded.asked_at,
          rated_at = excluded.rated_at`,
  )
  return { first }
}

/** What did not arrive is told by VK after all, as a delivery of its own. */
export async function toldAgain({ services: { db } }: { services: Services }, { id, eventId }: Seeded): Promise<void> {
  const next = newId('delivery')
  await db.run(
    sql`insert into deliveries (id, notification_id, event_id, event_seq, client_id, source, type, lane, purpose, test, branch_code, zone,
          channel, state, expires_at, created_at, decided_at)
        select ${next}, notification_id, event_id, event_seq, client_id, source, type, lane, purpose, test, branch_code, zone,
          'vk', 'sent', expires_at, created_at, decided_at from deliveries where id = ${id}`,
  )
  // Its id is of now; the reports look for messages by the moment inside their ids.
  await db.run(sql`update deliveries set id = overlay(id placing substr(${id}, 5, 12) from 5) where id = ${next}`)
  await db.run(
    sql`update deliveries set id = overlay(id placing ${'f'.repeat(8)} from 17) where event_id = ${eventId} and channel = 'vk'`,
  )
}
