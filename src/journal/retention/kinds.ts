import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { type Sql, sql } from '../../db/sql.ts'
import { firstIdAt } from '../../lib/ids.ts'

/** One kind of data: how long it is kept when nobody said otherwise, how long at least, and why. */
export type Kind = {
  name: KindName
  title: string
  /** Why so long, and why not shorter. */
  why: string
  days: number
  minimum: number
  /** Removes what is older than `before`, at most so many; answers how many there were. */
  remove(needs: RemoveNeeds, before: Date, limit: number): Promise<number>
}

export type RemoveNeeds = {
  db: Queryable
  /** Erases clients of whom nothing was heard since; the whole of a client is no matter of one table. */
  eraseInactive(before: Date): Promise<number>
}

export const kindNames = [
  'updates',
  'chats',
  'changes',
  'messages',
  'events',
  'journal',
  'clients',
  'consents',
  'looks',
  'acts',
] as const
export type KindName = (typeof kindNames)[number]

/** The raw body of a webhook is not in the list: it is never kept, only the event that it became. */
export const kinds: readonly Kind[] = [
  {
    name: 'updates',
    title: 'Обновления мессенджеров',
    why: 'Содержание стирается сразу после разбора. Отметка нужна, чтобы повтор мессенджера не сработал дважды; мессенджеры повторяют до недели.',
    days: 30,
    minimum: 7,
    remove: ({ db }, before, limit) =>
      db.run(
        sql`delete from updates where id in (select id from updates where id < ${firstIdAt('update', before)} order by id limit ${limit})`,
      ),
  },
  {
    name: 'chats',
    title: 'Чаты людей, которые не подключились',
    why: 'Согласие без номера телефона ни к кому не относится: цель обработки не достигнута (152-ФЗ, ст. 21, ч. 4 — 30 дней).',
    days: 30,
    minimum: 1,
    remove: ({ db }, before, limit) =>
      db.run(
        sql`delete from chats where (channel, address_index) in (
              select c.channel, c.address_index from chats c where c.updated_at < ${before}
                and not exists (select 1 from contacts k where k.channel = c.channel and k.address_index = c.address_index)
              limit ${limit})`,
      ),
  },
  {
    name: 'changes',
    title: 'Поток изменений для 1С, с ответами клиентов',
    why: 'Дольше, чем учётная система бывает выключена. Меньше 30 дней нельзя: отпуск программиста не должен стоить потерянных ответов.',
    days: 90,
    minimum: 30,
    remove: ({ db }, before, limit) =>
      db.run(
        sql`delete from changes where (xact, seq) in (select xact, seq from changes where at < ${before} order by at limit ${limit})`,
      ),
  },
  {
    name: 'messages',
    title: 'Тексты сообщений',
    why: 'Три года — общий срок исковой давности (ГК, ст. 196): спор о том, что было сообщено. Меньше 90 дней нельзя: нечем ответить на жалобу.',
    days: 1095,
    minimum: 90,
    remove: ({ db }, before, limit) =>
      db.run(
        sql`update deliveries set message = null where id in (
              select id from deliveries where message is not null and decided_at is not null and id < ${firstIdAt('delivery', before)}
              order by id limit ${limit})`,
      ),
  },
  {
    name: 'events',
    title: 'Содержание событий: имя, сделка, выплата',
    why: 'Три года, как и тексты. Факт, время и сумма остаются для отчётов и сверки. Меньше 90 дней нельзя: рассрочка и поправки ссылаются на прежние события.',
    days: 1095,
    minimum: 90,
    remove: ({ db }, before, limit) =>
      db.run(
        sql`update events set payload = null where id in (
              select id from events where payload is not null and planned_at is not null and id < ${firstIdAt('event', before)}
              order by id limit ${limit})`,
      ),
  },
  {
    name: 'journal',
    title: 'Журнал попыток и квитанций',
    why: 'Без персональных данных; удаляется целыми месяцами. Меньше 180 дней нельзя: отчёты сравнивают полугодия.',
    days: 1825,
    minimum: 180,
    remove: removeJournal,
  },
  {
    name: 'clients',
    title: 'Клиенты, о которых ничего не слышно',
    why: 'Цель обработки достигнута, когда человек больше не сдаёт лом (152-ФЗ, ст. 21, ч. 4). Данные уничтожаются с актом. Меньше года нельзя: клиенты приходят по сезонам.',
    days: 1825,
    minimum: 365,
    remove: ({ eraseInactive }, before) => eraseInactive(before),
  },
  {
    name: 'consents',
    title: 'Факты согласий после уничтожения данных',
    why: 'Доказывать согласие на рекламу и обработку должен отправитель (38-ФЗ, ст. 18; 152-ФЗ, ст. 9, ч. 3); срок давности — три года.',
    days: 1095,
    minimum: 1095,
    remove: ({ db }, before, limit) =>
      db.run(
        sql`delete from consents where id in (select s.id from clients c join consents s on s.client_id = c.id
              where c.erased_at < ${before} limit ${limit})`,
      ),
  },
  {
    name: 'looks',
    title: 'Журнал доступа к данным клиентов',
    why: 'Кто смотрел чьи данные — учёт действий с персональными данными (152-ФЗ, ст. 19, ч. 2, п. 8). Меньше года нельзя: утечку замечают не сразу.',
    days: 1095,
    minimum: 365,
    remove: ({ db }, before, limit) =>
      db.run(
        sql`delete from looks where id in (select id from looks where id < ${firstIdAt('look', before)} order by id limit ${limit})`,
      ),
  },
  {
    name: 'acts',
    title: 'Акты об уничтожении',
    why: 'Акт и выписка хранятся три года (приказ Роскомнадзора № 179).',
    days: 1095,
    minimum: 1095,
    remove: ({ db }, before, limit) =>
      db.run(
        sql`delete from erasures where id in (select id from erasures where at < ${before} order by at limit ${limit})`,
      ),
  },
]

/** Whole months by dropping their partitions, the rest by rows. */
async function removeJournal({ db }: RemoveNeeds, before: Date, limit: number): Promise<number> {
  const { dropped } = await db.one(
    z.object({ dropped: z.number() }),
    sql`select vestnik_drop_journal(${before}) as dropped`,
  )
  return dropped + (await removeRest(db, before, limit))
}

async function removeRest(db: Queryable, before: Date, limit: number): Promise<number> {
  const parts: Sql[] = [
    sql`delete from attempts_rest where id in (select id from attempts_rest where started_at < ${before} limit ${limit})`,
    sql`delete from receipts_rest where id in (select id from receipts_rest where at < ${before} limit ${limit})`,
  ]
  let removed = 0
  for (const part of parts) removed += await db.run(part)
  return removed
}
