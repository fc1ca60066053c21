import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accepted, amountOf, mapOne } from './harness.ts'

type Posted = string | Record<string, unknown>
type Expected = {
  event: string
  amount?: string | null
  phone?: string | null
  at?: string
  has?: Record<string, unknown>
}

const telefon = '+7 (903) 123-45-67'
const phone = '+79031234567'
const paid = { Событие: 'Выплата', Статус: 'Оплачено', Сумма: 14500, Телефон: telefon }
const paidAs = (more: Expected['has'] = {}, amount = '14500.00'): Expected => ({
  event: 'payout.paid',
  amount,
  phone,
  has: more,
})

describe('1C programmers write one and the same thing in many ways, and all are understood', () => {
  const understood: [string, Posted, Expected][] = [
    // Names
    [
      'names in lower case with spaces',
      { событие: 'выплата', статус: 'оплачено', 'сумма выплаты': 14500, 'номер телефона': telefon },
      paidAs(),
    ],
    [
      'names with underscores and ё',
      { СОБЫТИЕ: 'Выплата', Статус: 'Оплачён', Сумма_Выплаты: 14500, ТЕЛЕФОН: telefon },
      paidAs(),
    ],
    ['transliterated names', { Sobytie: 'Vyplata', Status: 'Oplacheno', Summa: 14500, Telefon: telefon }, paidAs()],
    [
      'transliterated with underscores',
      { vid_sobytiya: 'vyplata', status_oplaty: 'oplachen', summa_vyplaty: '14500.00', nomer_telefona: telefon },
      paidAs(),
    ],
    ['English snake case', { event_type: 'payment', status: 'paid', amount: 14500, phone_number: telefon }, paidAs()],
    [
      'English camel case',
      { eventType: 'payout', payoutStatus: 'SUCCESS', payoutAmount: 14500, clientPhone: telefon },
      paidAs(),
    ],
    ['a Latin C in «Cумма»', { Событие: 'Выплата', Статус: 'Оплачено', Cумма: 14500, Телефон: telefon }, paidAs()],
    [
      'names with dots instead of nesting',
      { Событие: 'Выплата', Статус: 'Оплачено', 'Выплата.Сумма': 14500, 'Клиент.Телефон': telefon },
      paidAs(),
    ],
    [
      'a wrapper «Данные»',
      { Событие: 'Выплата', Данные: { Статус: 'Оплачено', Сумма: 14500, Телефон: telefon } },
      paidAs(),
    ],
    ['a wrapper within a wrapper', { payload: { data: paid } }, paidAs()],
    ['an envelope with one event', { ИдентификаторБазы: 'buh', События: [paid] }, paidAs({ infobase: 'buh' })],
    ['an array in «data»', { data: [paid] }, paidAs()],
    ['the JSON posted as a JSON string', JSON.stringify(JSON.stringify(paid)), paidAs()],
    // What happened
    ['an enum name without spaces', { ...paid, Событие: 'ИзменениеСтатуса', Статус: 'ОплаченПолностью' }, paidAs()],
    [
      'an enum as {Имя, Представление}',
      { ...paid, Событие: { Имя: 'Выплата', Представление: 'Выплата клиенту' } },
      paidAs(),
    ],
    ['a status only', { Статус: 'Оплачено', Сумма: 14500, Телефон: telefon }, paidAs()],
    ['the status as the event', { Событие: 'Оплачено', Сумма: 14500, Телефон: telefon }, paidAs()],
    [
      'the last stage, paid: nothing is partial about it',
      { ...paid, Этап: 4, ВсегоЭтапов: 4 },
      paidAs({ payment: { amount: '14500.00', stage: 4, stages: 4 } }),
    ],
    [
      'a payment day without its time, and the moment of the event on that day',
      { ...paid, ДатаОплаты: '2025-11-23T00:00:00', МоментСобытия: '2025-11-23T12:43:00' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    [
      'an English installment',
      {
        event: 'installment.paid',
        installment: { number: 2, total: 4, left: '10000.00' },
        amount: 5000,
        phone: telefon,
      },
      {
        event: 'payout.partial',
        amount: '5000.00',
        has: { payment: { amount: '5000.00', stage: 2, stages: 4, remaining: '10000.00' } },
      },
    ],
    [
      'the stage as {Номер, Всего, Сумма}, two levels deep',
      { Событие: 'ВыплатаПоРассрочке', Рассрочка: { Этап: { Номер: 2, Всего: 4, Сумма: 5000 } }, Телефон: telefon },
      { event: 'payout.partial', amount: '5000.00', has: { payment: { amount: '5000.00', stage: 2, stages: 4 } } },
    ],
    [
      'an error as {code, message}',
      {
        event: 'payout.status_changed',
        payout: { status: 'FAILED', amount: 5, error: { code: 'card_closed', message: 'Карта закрыта' } },
        phone: telefon,
      },
      { event: 'payout.failed', amount: '5.00', has: { reason: 'Карта закрыта' } },
    ],
    [
      'references as bare GUIDs',
      { ...paid, Клиент: 'a1d3a7c2-77aa-11ee-9c4f-00155d0a1b2c', Документ: '5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c' },
      paidAs({
        client: { id: 'a1d3a7c2-77aa-11ee-9c4f-00155d0a1b2c', phone },
        operation: { id: '5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c' },
      }),
    ],
    [
      'an inner remark is not told to the client',
      { ...paid, Комментарий: 'проверить паспорт' },
      paidAs({ reason: undefined }),
    ],
    ['kopecks after a dash, as in payment orders', { ...paid, Сумма: '14 500-50' }, paidAs({}, '14500.50')],
    [
      '«Копейки» for the whole sum',
      { Событие: 'Выплата', Статус: 'Оплачено', Копейки: 1450000, Телефон: telefon },
      paidAs(),
    ],
    [
      'a payout without a status has left, no more',
      { Событие: 'Выплата', Сумма: 14500, Телефон: telefon },
      { event: 'payout.sent', amount: '14500.00' },
    ],
    [
      'a payout without a status and with a payment date',
      { Событие: 'Выплата', Сумма: 14500, Телефон: telefon, ДатаОплаты: '23.11.2025 12:43:00' },
      paidAs(),
    ],
    ['the feminine «Оплачена»', { ...paid, Статус: 'Оплачена' }, paidAs()],
    ['a status with a remark in brackets', { ...paid, Статус: 'Оплачено (реестр 12)' }, paidAs()],
    ['a status in capitals', { ...paid, Статус: 'ОПЛАЧЕНО' }, paidAs()],
    ['«Подтвержден»: the statement has come', { ...paid, Статус: 'Подтвержден' }, paidAs()],
    [
      '02 as text',
      { ...paid, Статус: undefined, КодСтатуса: '02' },
      { event: 'payout.sent', amount: '14500.00', phone },
    ],
    ['02 that lost its zero', { ...paid, Статус: undefined, КодСтатуса: 2 }, { event: 'payout.sent', phone }],
    ['«Исполнен» by the bank', { ...paid, Статус: 'Исполнен' }, { event: 'payout.sent', phone }],
    ['the code before the words', { ...paid, Статус: '03 - Отклонен банком' }, { event: 'payout.failed', phone }],
    ['04 Приостановлен', { ...paid, Статус: '04' }, { event: 'payout.delayed', phone }],
    ['05 Аннулирован', { ...paid, Статус: 'Аннулирован' }, { event: 'payout.failed', phone }],
    ['06 Не подтвержден', { ...paid, Статус: 'Не подтвержден' }, { event: 'payout.delayed', phone }],
    [
      'Sber IMPLEMENTED',
      { event: 'payment.status_changed', status: 'IMPLEMENTED', amount: '14500.00', phone: telefon },
      { event: 'payout.sent', phone },
    ],
    [
      'Sber REFUSEDBYBANK',
      { event: 'payment.status_changed', status: 'REFUSEDBYBANK', amount: '14500.00', phone: telefon },
      { event: 'payout.failed', phone },
    ],
    [
      'an event that ends well against a status that does not',
      { ...paid, Событие: 'ЧастичнаяВыплата', Статус: 'Отклонено' },
      { event: 'payout.failed', phone },
    ],
    [
      'a paid stage of several',
      { ...paid, Этап: 2, ВсегоЭтапов: 4 },
      { event: 'payout.partial', has: { payment: { amount: '14500.00', stage: 2, stages: 4 } } },
    ],
    [
      'the stage as «2 из 4»',
      { ...paid, Событие: 'ВыплатаПоРассрочке', Этап: '2 из 4' },
      { event: 'payout.partial', has: { payment: { amount: '14500.00', stage: 2, stages: 4 } } },
    ],
    [
      'the last stage without a status',
      { ...paid, Статус: undefined, Событие: 'ЧастичнаяВыплата', Этап: 4, ВсегоЭтапов: 4, Остаток: 0 },
      { event: 'payout.partial', has: { payment: { amount: '14500.00', stage: 4, stages: 4, remaining: '0.00' } } },
    ],
    [
      'the last stage that the status calls paid',
      { ...paid, Событие: 'ЧастичнаяВыплата', Этап: 4, ВсегоЭтапов: 4, Остаток: 0 },
      { event: 'payout.paid' },
    ],
    [
      'zero stages: no installments',
      { ...paid, Этап: 0, ВсегоЭтапов: 0, Остаток: 0 },
      paidAs({ payment: { amount: '14500.00' } }),
    ],
    [
      '«Принято» of the scrap',
      { Событие: 'ИзменениеСтатуса', Статус: 'Принято', ВидЛома: 'Медь', Сумма: 100, Телефон: telefon },
      { event: 'operation.accepted', amount: '100.00' },
    ],
    [
      'a greeting by client id',
      { Событие: 'Поздравление', Повод: 'Новый год', КодКлиента: '000000042' },
      { event: 'greeting', amount: null, phone: null, has: { client: { id: '000000042' } } },
    ],
    [
      'a bonus called just «Сумма»',
      { Событие: 'НачислениеБонусов', Сумма: '500', Телефон: telefon },
      { event: 'bonus.granted', amount: '500.00' },
    ],
    // Sums
    ['NBSP and comma', { ...paid, Сумма: '14\u00a0500,00' }, paidAs()],
    ['a thin space and the sign ₽', { ...paid, Сумма: '14\u2009500 ₽' }, paidAs()],
    ['a narrow space and «руб.»', { ...paid, Сумма: '14\u202f500,50 руб.' }, paidAs({}, '14500.50')],
    ['roubles and kopecks in words', { ...paid, Сумма: '14 500 руб. 05 коп.' }, paidAs({}, '14500.05')],
    ['an apostrophe between thousands', { ...paid, Сумма: "14'500.00" }, paidAs()],
    ['English grouping', { ...paid, Сумма: '1,014,500.25' }, paidAs({}, '1014500.25')],
    ['German grouping', { ...paid, Сумма: '14.500,00' }, paidAs()],
    [
      'a long fraction of a division',
      '{"Событие":"Выплата","Статус":"Оплачено","Сумма":4833.3333333333333333,"Телефон":"+79031234567"}',
      paidAs({}, '4833.33'),
    ],
    [
      'a half of a kopeck goes up',
      '{"Событие":"Выплата","Статус":"Оплачено","Сумма":0.305,"Телефон":"+79031234567"}',
      paidAs({}, '0.31'),
    ],
    [
      'what a float would spoil',
      '{"Событие":"Выплата","Статус":"Оплачено","Сумма":1.005,"Телефон":"+79031234567"}',
      paidAs({}, '1.01'),
    ],
    ['an exponent', '{"Событие":"Выплата","Статус":"Оплачено","Сумма":1.45E+4,"Телефон":"+79031234567"}', paidAs()],
    [
      'kopecks by name',
      { Событие: 'Выплата', Статус: 'Оплачено', СуммаВКопейках: 1450000, Телефон: telefon },
      paidAs(),
    ],
    [
      'kopecks by an English name',
      { event: 'payout', status: 'paid', amount_kopecks: 1450000, phone: telefon },
      paidAs(),
    ],
    ['kopecks by a field beside', { ...paid, Сумма: 1450000, ЕдиницаСуммы: 'копейки' }, paidAs()],
    [
      '{value, currency}',
      { event: 'payout.succeeded', amount: { value: '14500.00', currency: 'RUB' }, phone: telefon },
      paidAs({ payment: { amount: '14500.00', currency: 'RUB' } }),
    ],
    [
      'items only: their sum',
      {
        Событие: 'ПриемЛома',
        Телефон: telefon,
        Товары: [
          { Номенклатура: 'Медь', Сумма: 0.1 },
          { Номенклатура: 'Латунь', Сумма: 0.2 },
        ],
      },
      { event: 'operation.accepted', amount: '0.30' },
    ],
    [
      '«СуммаДокумента» of a payout',
      { ...paid, Сумма: undefined, СуммаДокумента: 14500 },
      paidAs({ operation: { amount: '14500.00' } }),
    ],
    ['zero beside the real sum', { ...paid, СуммаВыплаты: 0 }, paidAs()],
    // Dates
    [
      'no zone: the yard’s',
      { ...paid, ДатаОплаты: '2025-11-23T12:43:00' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    [
      'the yard has a zone of its own',
      { ...paid, ДатаОплаты: '2025-11-23T12:43:00', ЧасовойПояс: 'Asia/Yekaterinburg' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+05:00' },
    ],
    [
      'the zone as МСК+4',
      { ...paid, ДатаОплаты: '2025-11-23T12:43:00', ЧасовойПояс: 'МСК+4' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+07:00' },
    ],
    ['Z', { ...paid, ДатаОплаты: '2025-11-23T09:43:00Z' }, { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' }],
    [
      'another offset and a fraction',
      { ...paid, ДатаОплаты: '2025-11-23T14:43:00.123+0500' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    [
      'ДД.ММ.ГГГГ with an hour of one digit',
      { ...paid, ДатаОплаты: '23.11.2025 9:43:00' },
      { event: 'payout.paid', at: '2025-11-23T09:43:00+03:00' },
    ],
    [
      'ДД.ММ.ГГ ЧЧ:ММ',
      { ...paid, ДатаОплаты: '23.11.25 12:43' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    [
      'ГГГГММДДЧЧММСС',
      { ...paid, ДатаОплаты: '20251123124300' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    [
      'Microsoft',
      { ...paid, ДатаОплаты: '/Date(1763890980000+0300)/' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    [
      'an epoch in seconds',
      { ...paid, ДатаОплаты: 1763890980 },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    [
      'an epoch in milliseconds that passes Luhn',
      { ...paid, paidAt: 1763890980008 },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    [
      'in words',
      { ...paid, ДатаОплаты: '23 ноября 2025 г. 12:43:00' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    [
      '«Дата» and «Время» apart',
      { ...paid, Дата: '23.11.2025', Время: '12:43:00' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    [
      '«Время» of year 1',
      { ...paid, ДатаОплаты: '2025-11-23T00:00:00', Время: '0001-01-01T12:43:00' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    [
      'an empty document date beside the real one',
      { ...paid, ДатаДокумента: '0001-01-01T00:00:00+03:00', ДатаОплаты: '2025-11-23T12:43:00' },
      { event: 'payout.paid', at: '2025-11-23T12:43:00+03:00' },
    ],
    ['"" for a date', { ...paid, ДатаОплаты: '' }, paidAs()],
    [
      'a planned day with an offset',
      { ...paid, Событие: 'ЗадержкаВыплаты', ПлановаяДата: '2025-11-24T21:00:00Z' },
      { event: 'payout.delayed', has: { payment: { amount: '14500.00', dueDate: '2025-11-25' } } },
    ],
    [
      '1C’s endless date is none',
      { Событие: 'НачислениеБонуса', СуммаБонуса: 5, Телефон: telefon, ДействуетДо: '3999-12-31T23:59:59' },
      { event: 'bonus.granted', has: { bonus: { points: '5' } } },
    ],
    // Phones
    ['a numeric phone', { ...paid, Телефон: 79031234567 }, paidAs()],
    ['a numeric phone without the 7', { ...paid, Телефон: 9031234567 }, paidAs()],
    [
      'a phone through a spreadsheet',
      '{"Событие":"Выплата","Статус":"Оплачено","Сумма":14500,"Телефон":7.9031234567E10}',
      paidAs(),
    ],
    ['БСП with extension and comment', { ...paid, Телефон: '+7 (903) 123-45-67, доб. 12, жена Мария' }, paidAs()],
    ['NBSP and a non-breaking hyphen', { ...paid, Телефон: '8\u00a0903\u00a0123\u201145\u201167' }, paidAs()],
    ['«тел.» and dots', { ...paid, Телефон: 'тел. 8.903.123.45.67' }, paidAs()],
    ['eight after a plus', { ...paid, Телефон: '+8 903 123-45-67' }, paidAs()],
    ['two mobiles by comma', { ...paid, Телефон: '+79031234567, +79161234567' }, paidAs()],
    ['two by a space', { ...paid, Телефон: '89031234567 89161234567' }, paidAs()],
    ['a list of phones', { ...paid, Телефон: undefined, Телефоны: ['8 (831) 212-34-56', telefon] }, paidAs()],
    [
      'БСП’s contact table',
      {
        ...paid,
        Телефон: undefined,
        КонтактнаяИнформация: [
          { Тип: 'Адрес', Представление: '603000, г. Нижний' },
          { Тип: 'Телефон', Представление: telefon },
        ],
      },
      paidAs(),
    ],
    ['Kazakhstan', { ...paid, Телефон: '+7 701 123 45 67' }, { event: 'payout.paid', phone: '+77011234567' }],
    ['Belarus without a plus', { ...paid, Телефон: '375291234567' }, { event: 'payout.paid', phone: '+375291234567' }],
    [
      'a landline is taken, with a warning',
      { ...paid, Телефон: '8 (831) 212-34-56' },
      { event: 'payout.paid', phone: '+78312123456' },
    ],
    [
      'a mask, but the client is known',
      { ...paid, Телефон: '+7 (   )    -  -  ', КлиентСсылка: 'a1d3a7c2-77aa-11ee-9c4f-00155d0a1b2c' },
      { event: 'payout.paid', phone: null },
    ],
    [
      'a wrong phone, but the client is known',
      { ...paid, Телефон: '8 903 12', КлиентСсылка: 'a1d3a7c2-77aa-11ee-9c4f-00155d0a1b2c' },
      { event: 'payout.paid', phone: null },
    ],
    // Who and what
    [
      'the name in three fields',
      { ...paid, Фамилия: 'Иванов', Имя: 'Иван', Отчество: '' },
      paidAs({ client: { phone, fullName: 'Иванов Иван' } }),
    ],
    [
      'a broken reference is no name',
      { ...paid, ФИО: '<Объект не найден> (84:8e0c00155d0a1b2c)' },
      paidAs({ client: { phone } }),
    ],
    [
      'an empty reference is no client',
      { ...paid, КлиентСсылка: '00000000-0000-0000-0000-000000000000' },
      paidAs({ client: { phone } }),
    ],
    [
      'a document as text',
      { ...paid, Документ: 'Приемо-сдаточный акт НН00-000123 от 23.11.2025 12:31:05' },
      paidAs({ operation: { number: 'НН00-000123' } }),
    ],
    [
      'a masked card',
      { ...paid, НомерКарты: '2200 70** **** 4321' },
      paidAs({ payment: { amount: '14500.00', method: 'card', last4: '4321' } }),
    ],
    [
      'last four digits that lost their zeros',
      { ...paid, ПоследниеЦифрыКарты: 21 },
      paidAs({ payment: { amount: '14500.00', method: 'card', last4: '0021' } }),
    ],
    [
      'the way and the currency in words',
      { ...paid, СпособОплаты: 'Перевод на карту', Валюта: 'руб.' },
      paidAs({ payment: { amount: '14500.00', method: 'card', currency: 'RUB' } }),
    ],
    [
      'ferrous scrap by the tonne',
      {
        Событие: 'ПриемЛома',
        Телефон: telefon,
        Позиции: [{ ВидЛома: '3А', НеттоТ: '2,350', ЦенаЗаТонну: 18500, Сумма: 43475 }],
      },
      {
        event: 'operation.accepted',
        amount: '43475.00',
        has: {
          operation: {
            amount: '43475.00',
            items: [{ material: '3А', netKg: '2350', pricePerKg: '18.50', amount: '43475.00' }],
          },
        },
      },
    ],
    [
      'tonnes by the unit of measure',
      {
        Событие: 'ПриемЛома',
        Телефон: telefon,
        Позиции: [
          { Номенклатура: { Ссылка: 'x', Наименование: '5А' }, Количество: 2.35, ЕдиницаИзмерения: 'т', Цена: 18500 },
        ],
      },
      {
        event: 'operation.accepted',
        has: { operation: { items: [{ material: '5А', netKg: '2350', pricePerKg: '18.50' }] } },
      },
    ],
    [
      'the genitive given by 1C',
      { ...paid, ВидЛома: 'Лом кабельный', ВидЛомаРодительный: 'кабельного лома' },
      paidAs({ operation: { items: [{ material: 'Лом кабельный', materialGenitive: 'кабельного лома' }] } }),
    ],
    [
      'the yard as {Код, Наименование}',
      { ...paid, Площадка: { Код: 'NN-01', Наименование: 'Базовый проезд' } },
      paidAs({ branch: { code: 'NN-01', name: 'Базовый проезд' } }),
    ],
    [
      'consent as «Да»',
      { Событие: 'Бонус', Баллы: 10, Телефон: telefon, СогласиеНаРекламу: 'Да' },
      { event: 'bonus.granted', has: { consent: { advertising: true } } },
    ],
    [
      'keys of JavaScript’s own',
      '{"__proto__":{"Сумма":1},"constructor":"x","Событие":"Выплата","Статус":"Оплачено","Сумма":14500,"Телефон":"+79031234567"}',
      paidAs(),
    ],
  ]

  for (const [title, posted, { event, amount, phone: expectedPhone, at, has }] of understood) {
    test(title, () => {
      const seen = accepted(mapOne(posted))
      assert.equal(seen.type, event)
      if (amount !== undefined) assert.equal(amountOf(seen), amount)
      if (expectedPhone !== undefined) assert.equal(seen.client.phone ?? null, expectedPhone)
      if (at !== undefined) assert.equal(seen.occurredAt, at)
      for (const [key, value] of Object.entries(has ?? {})) assert.deepEqual(Reflect.get(seen, key), value)
    })
  }
})

describe('what cannot be told to a client is refused with the sender’s own field and the remedy', () => {
  const refused: [string, Posted, string, string | undefined][] = [
    ['no event at all', { Сумма: 14500, Телефон: telefon }, 'event_unknown', undefined],
    ['an unknown event', { ...paid, Событие: 'ПечатьЧека' }, 'event_unknown', 'Событие'],
    [
      'a change without a status',
      { Событие: 'ИзменениеСтатуса', Сумма: 1, Телефон: telefon },
      'status_unknown',
      'Событие',
    ],
    [
      'good news against a status that is not there yet',
      { ...paid, Событие: 'ВыплатаЗачислена', Статус: 'Не оплачено' },
      'status_unknown',
      'Статус',
    ],
    ['a status with nothing in it', { ...paid, Статус: '' }, 'status_unknown', 'Статус'],
    ['«К оплате» is no news', { ...paid, Статус: 'К оплате' }, 'status_unknown', 'Статус'],
    ['«НеОплачен» is not «Оплачен»', { ...paid, Статус: 'НеОплачен' }, 'status_unknown', 'Статус'],
    ['01: the bank has the order', { ...paid, Статус: undefined, КодСтатуса: '01' }, 'status_unknown', 'КодСтатуса'],
    ['no sum', { ...paid, Сумма: undefined }, 'amount_missing', undefined],
    ['a sum of zero', { ...paid, Сумма: 0 }, 'amount_missing', 'Сумма'],
    ['a sum of «»', { ...paid, Сумма: '' }, 'amount_missing', 'Сумма'],
    ['a sum in words', { ...paid, Сумма: 'четырнадцать тысяч' }, 'amount_invalid', 'Сумма'],
    ['«14,500»: fourteen or fourteen thousand', { ...paid, Сумма: '14,500' }, 'amount_invalid', 'Сумма'],
    ['a sum of true', { ...paid, Сумма: true }, 'amount_invalid', 'Сумма'],
    ['a sum beyond belief', { ...paid, Сумма: 1e15 }, 'amount_invalid', 'Сумма'],
    ['a reversal in brackets', { ...paid, Сумма: '(14 500,00)' }, 'amount_negative', 'Сумма'],
    ['a reversal with a typographic minus', { ...paid, Сумма: '−14500' }, 'amount_negative', 'Сумма'],
    [
      'a partial payout knows only the whole',
      { ...paid, Событие: 'ЧастичнаяВыплата', Сумма: undefined, СуммаВсего: 20000 },
      'amount_missing',
      undefined,
    ],
    ['nobody to tell', { ...paid, Телефон: '' }, 'recipient_missing', 'Телефон'],
    ['an input mask', { ...paid, Телефон: '+7 (   )    -  -  ' }, 'recipient_missing', 'Телефон'],
    ['a digit too many', { ...paid, Телефон: '8 903 123-45-678' }, 'phone_invalid', 'Телефон'],
    ['a number that cannot exist', { ...paid, Телефон: '7 (000) 000-00-00' }, 'phone_invalid', 'Телефон'],
    ['a free number', { ...paid, Телефон: '8 800 200-00-00' }, 'phone_invalid', 'Телефон'],
    ['an impossible day', { ...paid, ДатаОплаты: '2025-02-30T10:00:00' }, 'date_invalid', 'ДатаОплаты'],
    ['hour 25', { ...paid, ДатаОплаты: '23.11.2025 25:00:00' }, 'date_invalid', 'ДатаОплаты'],
    ['the American order', { ...paid, ДатаОплаты: '11/23/2025 12:43:00' }, 'date_invalid', 'ДатаОплаты'],
    ['words for a date', { ...paid, ДатаОплаты: 'вчера в 5' }, 'date_invalid', 'ДатаОплаты'],
    ['paid, and the payment date empty', { ...paid, ДатаОплаты: '0001-01-01T00:00:00' }, 'date_empty', 'ДатаОплаты'],
    [
      'the empty date of БСП, with an offset',
      { ...paid, ДатаОплаты: '0001-01-01T00:00:00+03:00' },
      'date_empty',
      'ДатаОплаты',
    ],
    ['the empty date of Microsoft', { ...paid, ДатаОплаты: '/Date(-62135596800000)/' }, 'date_empty', 'ДатаОплаты'],
    [
      'a reminder of an empty date',
      { Событие: 'Напоминание', ДатаПлатежа: '0001-01-01T00:00:00', СуммаПлатежа: 5, Телефон: telefon },
      'date_empty',
      'ДатаПлатежа',
    ],
    [
      'an id longer than anybody’s',
      { ...paid, ИдентификаторСобытия: 'x'.repeat(201) },
      'field_invalid',
      'ИдентификаторСобытия',
    ],
    [
      'a bonus of nothing',
      { Событие: 'НачислениеБонуса', СуммаБонуса: 0, Телефон: telefon },
      'amount_missing',
      'СуммаБонуса',
    ],
    [
      'nested: the whole path is named',
      { type: 'payment', data: { payment: { state: 'success', sum: 'много' }, client: { phone: telefon } } },
      'amount_invalid',
      'data.payment.sum',
    ],
  ]

  for (const [title, posted, code, field] of refused) {
    test(title, () => {
      const mapped = mapOne(posted)
      assert.ok(!mapped.ok, JSON.stringify(mapped.ok && mapped.event))
      const [first] = mapped.errors
      assert.equal(first?.code, code, JSON.stringify(mapped.errors))
      assert.equal(first?.field, field)
      assert.match(first?.message ?? '', /[а-яё]{3}/i)
    })
  }
})
