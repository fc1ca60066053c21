/** What the demo posts: bodies as 1C programmers write them, each with what should become of it. */
export type Scene = {
  title: string
  /** The raw body, exactly as it goes over the wire. */
  body: Buffer
  expected: 'message' | 'waits at night' | { skipped: string }
}

const phone = '8 (903) 123-45-67'

/** @param run makes the ids of this run its own: the same data folder serves many runs. */
export function scenes(run: string, now: Date): Scene[] {
  const document = `5f0f6c1e-8a52-11f0-9c55-${run}`
  return [
    {
      title: 'scrap accepted, flat Cyrillic keys, local date',
      expected: 'message',
      body: json({
        Событие: 'СозданиеОперации',
        ИдентификаторДокумента: document,
        Номер: 'ПСА-000457',
        Дата: local(now, -90),
        ФИО: 'Иванов Иван Петрович',
        Телефон: phone,
        ВидЛома: 'Медь',
        ВесНетто: 12.348,
        Сумма: 14500,
        Подразделение: 'Нижний Новгород, Базовый проезд',
      }),
    },
    {
      title: 'payment order executed by the bank (DirectBank code 02)',
      expected: 'message',
      body: json({
        Событие: 'Выплата',
        КодСтатуса: '02',
        Статус: 'Исполнен',
        ИдентификаторДокумента: document,
        Сумма: 14500,
        Телефон: phone,
        ДатаОплаты: local(now, -30),
      }),
    },
    {
      title: 'payment delayed by the bank, an empty date of 1C',
      expected: 'message',
      body: json({
        Событие: 'ЗадержкаВыплаты',
        ИдентификаторДокумента: `${document}-d`,
        Сумма: 8760.5,
        ДатаОплаты: '0001-01-01T00:00:00',
        ПлановаяДата: local(now, 2 * 24 * 60),
        Причина: 'Технические работы в банке',
        Телефон: phone,
      }),
    },
    {
      title: 'paid: byte order mark, sum as «14 500,00» with a no-break space',
      expected: 'message',
      body: Buffer.concat([
        Buffer.from([0xef, 0xbb, 0xbf]),
        json({
          Событие: 'Выплата',
          Статус: 'Оплачено',
          ИдентификаторДокумента: document,
          ДатаОплаты: seedMoment(now),
          ФИО: 'Иванов Иван Петрович',
          Телефон: phone,
          Сумма: '14\u00a0500,00',
          ВидЛома: 'Медь',
          СпособОплаты: 'На карту',
        }),
      ]),
    },
    {
      title: 'an instalment',
      expected: 'message',
      body: json({
        Событие: 'ЧастичнаяВыплата',
        ИдентификаторДокумента: `${document}-r`,
        Этап: 2,
        ВсегоЭтапов: 4,
        СуммаЭтапа: 5000,
        СуммаВсего: 20000,
        Остаток: 10000,
        ДатаВыплаты: local(now, -5),
        СледующаяДата: local(now, 30 * 24 * 60),
        Телефон: phone,
      }),
    },
    {
      title: 'refused by the bank, quotes and a line break in the reason',
      expected: 'message',
      body: json({
        Событие: 'ОшибкаВыплаты',
        КодСтатуса: '03',
        Статус: 'Отклонен банком',
        Причина: 'Карта закрыта.\nУточните реквизиты "Мир"',
        ИдентификаторДокумента: `${document}-f`,
        Сумма: 3100,
        Телефон: phone,
        Дата: local(now, -3),
      }),
    },
    {
      title: 'reminder of an instalment: not money, so it waits through 21:00–09:00',
      expected: 'waits at night',
      body: json({
        Событие: 'НапоминаниеОРассрочке',
        ДоговорСсылка: `${document}-c`,
        ДатаПлатежа: russianDay(now, 3),
        СуммаПлатежа: '12 000,50',
        Остаток: '24 001,00',
        Телефон: phone,
      }),
    },
    {
      title: 'bonus: advertising in the eyes of the law, and not allowed in Telegram (38-ФЗ)',
      expected: { skipped: 'channel_forbidden' },
      body: json({
        Событие: 'НачислениеБонуса',
        ИдентификаторСобытия: `bonus-${run}`,
        СуммаБонуса: 500,
        БонусныйБаланс: 1750,
        СогласиеНаРекламу: true,
        Телефон: phone,
      }),
    },
    {
      title: 'greeting: the same',
      expected: { skipped: 'channel_forbidden' },
      body: json({
        Событие: 'Поздравление',
        ИдентификаторСобытия: `greeting-${run}`,
        Повод: 'День металлурга',
        Телефон: phone,
      }),
    },
    {
      title: 'scrap accepted, reported after its payment: a late fact is no news',
      expected: { skipped: 'superseded' },
      body: json({
        Событие: 'СозданиеОперации',
        ИдентификаторДокумента: document,
        ИдентификаторСобытия: `late-${run}`,
        Дата: local(now, -80),
        Телефон: phone,
        Сумма: 14500,
      }),
    },
    {
      title: 'paid, for somebody who has not linked a messenger',
      expected: { skipped: 'no_contact' },
      body: json({
        Событие: 'Выплата',
        Статус: 'Оплачено',
        ИдентификаторДокумента: `${document}-n`,
        Сумма: 999.9,
        Телефон: '+7 916 123-45-67',
        ДатаОплаты: local(now, -1),
      }),
    },
  ]
}

function json(value: Record<string, unknown>): Buffer {
  return Buffer.from(JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n'))
}

/** Moscow's time without a zone, as 1C writes it. */
function local(now: Date, minutes: number): string {
  return new Date(now.getTime() + minutes * 60_000 + 3 * 3_600_000).toISOString().slice(0, 19)
}

function russianDay(now: Date, days: number): string {
  const [year, month, day] = local(now, days * 24 * 60)
    .slice(0, 10)
    .split('-')
  return `${day}.${month}.${year}`
}

/** The latest 12:43 in Moscow. */
function seedMoment(now: Date): string {
  const today = `${local(now, 0).slice(0, 10)}T12:43:00`
  return today <= local(now, 0) ? today : `${local(now, -24 * 60).slice(0, 10)}T12:43:00`
}
