import type { Client } from '../../src/clients/client.ts'
import { linkContact, recordConsent } from '../../src/clients/store.ts'
import { sql } from '../../src/db/sql.ts'
import { makeClient, type TestDashboard } from './open.ts'
import { makeMessage, type Seeded } from './seed.ts'

export type Town = { ivan: Client; petr: Client; anna: Client; blocked: Seeded; lost: Seeded; paid: Seeded }

const minute = 60_000
const day = 24 * 60 * minute

/** A few people and what became of their messages: every state, and the common reasons. */
export async function makeTown(dashboard: TestDashboard): Promise<Town> {
  const { services } = dashboard
  const ago = (ms: number) => new Date(Date.now() - ms)
  const ivan = await makeClient(dashboard, {
    externalId: 'client-ivan',
    phone: '+79031234567',
    fullName: 'Иванов Иван Петрович',
    branchCode: 'NN-01',
  })
  const petr = await makeClient(dashboard, {
    externalId: 'client-petr',
    phone: '+79129876543',
    fullName: 'Сидоров Пётр Алексеевич',
    branchCode: 'NN-01',
  })
  const anna = await makeClient(dashboard, {
    externalId: 'client-anna',
    phone: '+79265550101',
    fullName: 'Константинопольская-Задунайская Анна-Мария Владиславовна <b>',
    branchCode: 'KZ-02',
  })
  for (const [index, client] of [ivan, petr].entries()) {
    await linkContact(services, client, { channel: 'telegram', address: `10${index}`, linkedBy: 'bot' })
    await recordConsent(services, client.id, {
      purpose: 'service',
      granted: true,
      wording: 'Согласен получать сообщения',
      at: ago(20 * day),
      givenBy: 'bot',
      channel: 'telegram',
    })
  }
  await services.db.run(
    sql`update contacts set blocked_reason = 'blocked', blocked_at = now() where client_id = ${petr.id}`,
  )
  const operation = (number: string, material = 'Медь') => ({
    operation: { id: `id-of-${number}`, number, items: [{ material }], amount: '14500.00' },
  })
  const kazan = {
    branch: { code: 'KZ-02', name: 'Казань, Химический проезд, площадка № 2', timezone: 'Europe/Moscow' },
  }

  const paid = await makeMessage(dashboard, {
    client: ivan,
    state: 'sent',
    at: ago(4 * minute),
    attempts: [
      { outcome: 'deferred', code: 'ETIMEDOUT', description: 'connect timed out', durationMs: 10_000 },
      { outcome: 'sent' },
    ],
    event: operation('ПСА-000457'),
  })
  const blocked = await makeMessage(dashboard, {
    client: petr,
    state: 'failed',
    reason: 'blocked',
    at: ago(26 * minute),
    attempts: [{ outcome: 'refused', code: '403', description: 'Forbidden: bot was blocked by the user' }],
    event: operation('ПСА-000461', 'Алюминий'),
    text: 'Выплата 8\u00a0312,50\u00a0₽ за лом алюминия зачислена на карту 10:15 МСК. Спасибо, что выбираете нашу площадку!',
  })
  const lost = await makeMessage(dashboard, {
    client: ivan,
    state: 'unknown',
    at: ago(2 * 60 * minute),
    attempts: [{ outcome: 'unknown', code: 'ECONNRESET', description: 'socket hang up', durationMs: 9_800 }],
    event: { ...operation('ПСА-000440'), type: 'payout.sent' },
    text: 'Выплата 3\u00a0200\u00a0₽ за лом меди отправлена на карту.',
  })
  await makeMessage(dashboard, {
    client: anna,
    state: 'skipped',
    reason: 'no_contact',
    channel: null,
    at: ago(3 * 60 * minute),
    event: { ...operation('КЗ00-000012'), ...kazan, type: 'operation.accepted' },
    text: 'Принято 12,348 кг лома меди на сумму 14\u00a0500\u00a0₽.',
  })
  await makeMessage(dashboard, {
    client: ivan,
    state: 'waiting',
    reason: 'network',
    at: ago(13 * minute),
    nextAttemptAt: new Date(Date.now() + 7 * minute),
    attempts: [{ outcome: 'deferred', code: 'ECONNREFUSED', description: 'connect ECONNREFUSED' }],
    event: { ...operation('ПСА-000470'), type: 'payout.delayed', reason: 'Технические работы в банке' },
    text: 'Выплата 14\u00a0500\u00a0₽ задерживается: технические работы в банке.',
  })
  await makeMessage(dashboard, {
    client: petr,
    state: 'delivered',
    at: ago(2 * day),
    channel: 'vk',
    receipts: [{ state: 'delivered' }, { state: 'read' }],
    engagement: 'read',
    attempts: [{ outcome: 'sent' }],
    event: operation('ПСА-000399'),
  })
  await makeMessage(dashboard, {
    client: petr,
    state: 'skipped',
    reason: 'test_mode',
    channel: null,
    test: true,
    at: ago(9 * day),
    event: operation('ПСА-000300'),
  })
  return { ivan, petr, anna, blocked, lost, paid }
}
