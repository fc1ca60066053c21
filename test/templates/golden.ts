import { catalog } from '../../src/events/catalog.ts'
import type { Event, EventType } from '../../src/events/event.ts'

/** One event as it comes, the moment of rendering, and the text a client must read, proofread letter by letter. */
export type Golden = { title: string; event: Event; now?: string; text: string }

const at = '2025-11-23T12:43:00+03:00'
/** Two hours after the fact, unless a case says otherwise. */
export const goldenNow = '2025-11-23T15:00:00+03:00'

const ivanov = { phone: '+79031234567', fullName: 'Иванов Иван Петрович' }
const gamzatov = { phone: '+79161234567', fullName: 'Гамзатов Магомед Расулович' }
const mamed = { phone: '+79281234567', fullName: 'АЛИЕВ РУСЛАН МАМЕД ОГЛЫ' }
const oneWord = { phone: '+79031234568', fullName: 'Магомед' }
const initials = { phone: '+79031234569', fullName: 'Иванов И. П.' }
const company = { phone: '+79031234570', fullName: 'ООО «Ромашка»' }

const samara = { name: 'Самара', timezone: 'Europe/Samara' }
const kaliningrad = { name: 'Калининград', timezone: 'Europe/Kaliningrad' }
const vladivostok = { name: 'Владивосток', timezone: 'Asia/Vladivostok' }
const almaty = { name: 'Алматы', timezone: 'Asia/Almaty' }

const card = { method: 'card', currency: 'RUB', last4: '4321' } as const
const copper = { items: [{ material: 'Медь', materialGenitive: 'меди' }] }

export const golden: readonly Golden[] = [
  {
    title: 'зачислено на карту, медь',
    event: sample('payout.paid'),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'сутки спустя перед временем стоит день',
    event: sample('payout.paid'),
    now: '2025-11-24T12:43:00+03:00',
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 23 ноября, 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'за миг до суток время стоит одно',
    event: sample('payout.paid'),
    now: '2025-11-24T12:42:59+03:00',
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'в другом году назван год',
    event: sample('payout.paid'),
    now: '2026-01-02T10:00:00+03:00',
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 23 ноября 2025 года, 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'ничего, кроме суммы',
    event: of('payout.paid', { client: { phone: '+79031234567' }, payment: { amount: '14500.00' } }),
    text: 'Выплата 14\u00a0500\u00a0₽ зачислена. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'без лома и времени, на карту',
    event: of('payout.paid', { payment: { ...card, amount: '14500.00' } }),
    text: 'Выплата 14\u00a0500\u00a0₽ зачислена на карту. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'способ не назван',
    event: of('payout.paid', { occurredAt: at, operation: copper, payment: { amount: '14500.00' } }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена в 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'способ не назван, прошли сутки',
    event: of('payout.paid', { occurredAt: at, operation: copper, payment: { amount: '14500.00' } }),
    now: '2025-11-25T10:00:00+03:00',
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена 23 ноября, 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'по СБП, копейки, Самара',
    event: of('payout.paid', {
      occurredAt: at,
      branch: samara,
      client: mamed,
      operation: copper,
      payment: { amount: '14500.50', method: 'sbp' },
    }),
    text: 'Выплата 14\u00a0500,50\u00a0₽ за лом меди зачислена по СБП 13:43 МСК+1. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'на счёт, Калининград',
    event: of('payout.paid', {
      occurredAt: at,
      branch: kaliningrad,
      client: company,
      operation: copper,
      payment: { amount: '1234567.89', method: 'account' },
    }),
    text: 'Выплата 1\u00a0234\u00a0567,89\u00a0₽ за лом меди зачислена на счёт 11:43 МСК−1. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'Владивосток, уже следующий день',
    event: of('payout.paid', {
      occurredAt: '2025-11-23T18:30:00+03:00',
      branch: vladivostok,
      operation: copper,
      payment: { ...card, amount: '999.90' },
    }),
    now: '2025-11-25T10:00:00+03:00',
    text: 'Выплата 999,90\u00a0₽ за лом меди зачислена на карту 24 ноября, 01:30 МСК+7. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'Алматы, вне России',
    event: of('payout.paid', {
      occurredAt: at,
      branch: almaty,
      payment: { amount: '150000.00', currency: 'KZT', method: 'card' },
    }),
    text: 'Выплата 150\u00a0000\u00a0₸ зачислена на карту 14:43 UTC+5. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'неизвестный пояс площадки',
    event: of('payout.paid', {
      occurredAt: at,
      branch: { timezone: 'Moscow' },
      payment: { ...card, amount: '100.00' },
    }),
    text: 'Выплата 100\u00a0₽ зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'наличными',
    event: of('payout.paid', { occurredAt: at, operation: copper, payment: { amount: '14500.00', method: 'cash' } }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди выдана наличными в 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'другой способ',
    event: of('payout.paid', { occurredAt: at, payment: { amount: '14500.00', method: 'other' } }),
    text: 'Выплата 14\u00a0500\u00a0₽ зачислена в 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'дата без времени',
    event: of('payout.paid', {
      occurredAt: '2025-11-23T00:00:00+03:00',
      operation: copper,
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 23 ноября. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'пустая дата 1С',
    event: of('payout.paid', {
      occurredAt: '0001-01-01T00:00:00+03:00',
      operation: copper,
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'время UTC',
    event: of('payout.paid', {
      occurredAt: '2025-11-23T09:43:00Z',
      operation: copper,
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'одна копейка',
    event: of('payout.paid', { occurredAt: at, payment: { ...card, amount: '0.01' } }),
    text: 'Выплата 0,01\u00a0₽ зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'сумма больше точного числа с плавающей точкой',
    event: of('payout.paid', { occurredAt: at, payment: { ...card, amount: '9007199254740.93' } }),
    text: 'Выплата 9\u00a0007\u00a0199\u00a0254\u00a0740,93\u00a0₽ зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'родительный падеж от отправителя',
    event: of('payout.paid', {
      occurredAt: at,
      operation: { items: [{ material: 'Медь кусок', materialGenitive: 'медного куска' }] },
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом медного куска зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'вид лома, которого нет в словаре',
    event: of('payout.paid', {
      occurredAt: at,
      operation: { items: [{ material: 'Медь кусок' }] },
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом («Медь кусок») зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'вид лома прописными',
    event: of('payout.paid', {
      occurredAt: at,
      operation: { items: [{ material: 'НЕРЖАВЕЮЩАЯ СТАЛЬ' }] },
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом нержавеющей стали зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'чёрный металл через е',
    event: of('payout.paid', {
      occurredAt: at,
      operation: { items: [{ material: 'Черный металл' }] },
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом чёрного металла зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'аккумуляторы',
    event: of('payout.paid', {
      occurredAt: at,
      operation: { items: [{ material: 'АКБ' }] },
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом АКБ зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: '«лом» уже в названии',
    event: of('payout.paid', {
      occurredAt: at,
      operation: { items: [{ material: 'Лом меди' }] },
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'название по-английски',
    event: of('payout.paid', {
      occurredAt: at,
      operation: { items: [{ material: 'copper' }] },
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'два вида, повтор считается за один',
    event: of('payout.paid', {
      occurredAt: at,
      operation: { items: [{ material: 'Медь' }, { material: 'Латунь' }, { material: 'медь' }] },
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди и латуни зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'три вида',
    event: of('payout.paid', {
      occurredAt: at,
      operation: { items: [{ material: 'Медь' }, { material: 'Латунь' }, { material: 'Свинец' }] },
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди, латуни и свинца зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'пять видов',
    event: of('payout.paid', {
      occurredAt: at,
      operation: { items: ['Медь', 'Латунь', 'Свинец', 'Цинк', 'Олово'].map((material) => ({ material })) },
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди, латуни, свинца и других видов зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'один из видов неизвестен',
    event: of('payout.paid', {
      occurredAt: at,
      operation: { items: [{ material: 'Кусок «А»' }, { material: 'Латунь' }] },
      payment: { ...card, amount: '14500.00' },
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом («Кусок „А“», «латунь») зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'деньги в пути по СБП, два вида, Самара',
    event: sample('payout.sent'),
    text: 'Выплата 14\u00a0241,24\u00a0₽ за лом меди и латуни отправлена по СБП 11:05 МСК+1. Срок зачисления зависит от вашего банка.',
  },
  {
    title: 'деньги в пути, только сумма',
    event: of('payout.sent', { client: initials, payment: { amount: '8760.50' } }),
    text: 'Выплата 8\u00a0760,50\u00a0₽ отправлена. Срок зачисления зависит от вашего банка.',
  },
  {
    title: 'деньги в пути на карту, вчера',
    event: of('payout.sent', { occurredAt: at, operation: copper, payment: { ...card, amount: '14500.00' } }),
    now: '2025-11-24T18:00:00+03:00',
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди отправлена на карту 23 ноября, 12:43 МСК. Срок зачисления зависит от вашего банка.',
  },
  {
    title: 'деньги в пути наличными',
    event: of('payout.sent', { occurredAt: at, payment: { amount: '14500.00', method: 'cash' } }),
    text: 'Выплата 14\u00a0500\u00a0₽ отправлена в 12:43 МСК.',
  },
  {
    title: 'этап рассрочки',
    event: sample('payout.partial'),
    text: 'Частичная выплата 5\u00a0000\u00a0₽ за лом чёрного металла переведена на карту 12:43 МСК (этап 2 из 4). Осталось выплатить 10\u00a0000\u00a0₽, следующая выплата — 23 декабря.',
  },
  {
    title: 'последний этап',
    event: of('payout.partial', {
      occurredAt: at,
      client: gamzatov,
      operation: copper,
      payment: { ...card, amount: '5000.00', stage: 4, stages: 4, remaining: '0.00' },
    }),
    text: 'Частичная выплата 5\u00a0000\u00a0₽ за лом меди переведена на карту 12:43 МСК (этап 4 из 4). Остатка нет: выплачено полностью.',
  },
  {
    title: 'часть без этапов, остаток есть',
    event: of('payout.partial', { occurredAt: at, payment: { amount: '5000.00', remaining: '1.50' } }),
    text: 'Частичная выплата 5\u00a0000\u00a0₽ проведена в 12:43 МСК. Осталось выплатить 1,50\u00a0₽.',
  },
  {
    title: 'только сумма части',
    event: of('payout.partial', { payment: { amount: '5000.00' } }),
    text: 'Частичная выплата 5\u00a0000\u00a0₽ проведена.',
  },
  {
    title: 'этап без общего числа',
    event: of('payout.partial', {
      occurredAt: at,
      payment: { method: 'sbp', amount: '5000.00', stage: 2, nextDate: '2026-01-23' },
    }),
    text: 'Частичная выплата 5\u00a0000\u00a0₽ переведена по СБП 12:43 МСК (этап 2). Следующая выплата — 23 января 2026 года.',
  },
  {
    title: 'этап больше общего числа',
    event: of('payout.partial', { payment: { amount: '5000.00', stage: 5, stages: 4 } }),
    text: 'Частичная выплата 5\u00a0000\u00a0₽ проведена (этап 5).',
  },
  {
    title: 'часть наличными',
    event: of('payout.partial', {
      occurredAt: at,
      payment: { amount: '5000.00', method: 'cash', remaining: '10000.00' },
    }),
    text: 'Частичная выплата 5\u00a0000\u00a0₽ выдана наличными в 12:43 МСК. Осталось выплатить 10\u00a0000\u00a0₽.',
  },
  {
    title: 'задержка с причиной и датой',
    event: sample('payout.delayed'),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом алюминия задерживается. Причина: Технические работы в банке. Плановая дата выплаты — 25 ноября. Приносим извинения за задержку.',
  },
  {
    title: 'задержка, о которой ничего не известно',
    event: of('payout.delayed', {}),
    text: 'Выплата задерживается. Приносим извинения за задержку.',
  },
  {
    title: 'задержка, причина с точкой',
    event: of('payout.delayed', { payment: { amount: '14500.00' }, reason: 'Ведутся технические работы.' }),
    text: 'Выплата 14\u00a0500\u00a0₽ задерживается. Причина: Ведутся технические работы. Приносим извинения за задержку.',
  },
  {
    title: 'задержка, причина с вопросом',
    event: of('payout.delayed', {
      payment: { amount: '14500.00', dueDate: '2026-01-12' },
      reason: 'Банк спрашивает: верны ли реквизиты?',
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ задерживается. Причина: Банк спрашивает: верны ли реквизиты? Плановая дата выплаты — 12 января 2026 года. Приносим извинения за задержку.',
  },
  {
    title: 'ошибка, кавычки и перевод строки',
    event: sample('payout.failed'),
    text: 'Выплата 14\u00a0500\u00a0₽ не прошла. Причина: Карта закрыта. Уточните реквизиты "Мир". Пожалуйста, свяжитесь с площадкой, чтобы уточнить реквизиты и получить деньги.',
  },
  {
    title: 'ошибка без подробностей',
    event: of('payout.failed', { client: oneWord }),
    text: 'Выплата не прошла. Пожалуйста, свяжитесь с площадкой, чтобы уточнить реквизиты и получить деньги.',
  },
  {
    title: 'ошибка, опасные знаки в причине',
    event: of('payout.failed', {
      operation: copper,
      payment: { amount: '14500.00' },
      reason: 'Отказ <b>банка</b> & *код* _05_ [id1|x] 😀',
    }),
    text: 'Выплата 14\u00a0500\u00a0₽ за лом меди не прошла. Причина: Отказ <b>банка</b> & *код* _05_ [id1|x] 😀. Пожалуйста, свяжитесь с площадкой, чтобы уточнить реквизиты и получить деньги.',
  },
  {
    title: 'лом принят, две позиции',
    event: sample('operation.accepted'),
    text: 'Лом принят в 12:31 МСК: медь кусок — 12,348\u00a0кг, латунь — 10,244\u00a0кг. Сумма по акту №\u00a0НН00-000123 — 14\u00a0241,24\u00a0₽. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'лом принят, одна позиция',
    event: of('operation.accepted', {
      occurredAt: '2025-11-23T12:31:05+03:00',
      operation: { number: 'НН00-000123', items: [{ material: 'Медь', netKg: '12.4' }], amount: '14500.00' },
    }),
    text: 'Лом принят в 12:31 МСК: медь — 12,4\u00a0кг. Сумма по акту №\u00a0НН00-000123 — 14\u00a0500\u00a0₽. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'лом принят, всё неизвестно',
    event: of('operation.accepted', {}),
    text: 'Лом принят. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'лом принят, только сумма',
    event: of('operation.accepted', { payment: { amount: '14500.00' } }),
    text: 'Лом принят. Сумма — 14\u00a0500\u00a0₽. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'лом принят, только номер и день',
    event: of('operation.accepted', { operation: { number: 'ПСА-000457', date: '2025-11-23T00:00:00+03:00' } }),
    text: 'Лом принят 23 ноября. Акт №\u00a0ПСА-000457. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'лом принят, шесть позиций, длинная дробь',
    event: of('operation.accepted', {
      occurredAt: at,
      operation: {
        items: [
          { material: 'Медь', netKg: '4833.3333333333333333' },
          { material: 'Латунь', netKg: '1' },
          { material: 'Чугун', netKg: '1000' },
          { material: 'АКБ' },
          { material: 'Цинк', netKg: '0.5' },
          { material: 'Олово' },
        ],
        amount: '99999.99',
      },
    }),
    text: 'Лом принят в 12:43 МСК: медь — 4\u00a0833,333\u00a0кг, латунь — 1\u00a0кг, чугун — 1\u00a0000\u00a0кг, АКБ и ещё 2\u00a0позиции. Сумма — 99\u00a0999,99\u00a0₽. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'напоминание',
    event: sample('installment.reminder'),
    text: 'Напоминаем о рассрочке (документ №\u00a0Р-14/25): очередной платёж 12\u00a0000,50\u00a0₽ — 25 ноября (этап 3 из 4). Остаток по рассрочке — 24\u00a0001\u00a0₽.',
  },
  {
    title: 'напоминание, только сумма',
    event: of('installment.reminder', { payment: { amount: '12000.50' } }),
    text: 'Напоминаем о рассрочке: сумма очередного платежа — 12\u00a0000,50\u00a0₽.',
  },
  {
    title: 'напоминание, только дата следующего года',
    event: of('installment.reminder', { payment: { nextDate: '2026-01-09' } }),
    text: 'Напоминаем о рассрочке: очередной платёж — 9 января 2026 года.',
  },
  {
    title: 'напоминание, срок вместо следующей даты',
    event: of('installment.reminder', { payment: { amount: '12000.00', dueDate: '2025-11-25', remaining: '0.00' } }),
    text: 'Напоминаем о рассрочке: очередной платёж 12\u00a0000\u00a0₽ — 25 ноября.',
  },
  {
    title: 'бонусы',
    event: sample('bonus.granted'),
    text: 'Вам начислено 500\u00a0бонусных баллов. На вашем счёте 1\u00a0750\u00a0баллов. Баллы действуют до 31 декабря. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'один балл, баланс 21',
    event: of('bonus.granted', { bonus: { points: '1', balance: '21' } }),
    text: 'Вам начислен 1\u00a0бонусный балл. На вашем счёте 21\u00a0балл. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'два балла, баланс 22',
    event: of('bonus.granted', { bonus: { points: '2', balance: '22' } }),
    text: 'Вам начислено 2\u00a0бонусных балла. На вашем счёте 22\u00a0балла. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'пять баллов, баланс 1,5',
    event: of('bonus.granted', { bonus: { points: '5', balance: '1.5' } }),
    text: 'Вам начислено 5\u00a0бонусных баллов. На вашем счёте 1,5\u00a0балла. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: '21 балл, баланс 0',
    event: of('bonus.granted', { bonus: { points: '21', balance: '0' } }),
    text: 'Вам начислен 21\u00a0бонусный балл. На вашем счёте 0\u00a0баллов. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: '1,5 балла, баланс 111',
    event: of('bonus.granted', { bonus: { points: '1.5', balance: '111' } }),
    text: 'Вам начислено 1,5\u00a0бонусного балла. На вашем счёте 111\u00a0баллов. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'целые с дробной частью нулей',
    event: of('bonus.granted', { bonus: { points: '500.00', balance: '1.00' } }),
    text: 'Вам начислено 500\u00a0бонусных баллов. На вашем счёте 1\u00a0балл. Спасибо, что выбираете нашу площадку!',
  },
  {
    title: 'поздравление с известным поводом',
    event: sample('greeting'),
    text: 'Магомед Расулович, поздравляем вас с Днём металлурга! Желаем здоровья, благополучия и удачи во всех делах.',
  },
  {
    title: 'поздравление без имени и повода',
    event: of('greeting', { client: { phone: '+79031234567' } }),
    text: 'Примите наши поздравления! Желаем здоровья, благополучия и удачи во всех делах.',
  },
  {
    title: 'поздравление фирме',
    event: of('greeting', { client: company, occasion: 'Новый год' }),
    text: 'Поздравляем вас с Новым годом! Желаем здоровья, благополучия и удачи во всех делах.',
  },
  {
    title: 'поздравление по одному слову имени',
    event: of('greeting', { client: oneWord, occasion: 'с Новым годом!' }),
    text: 'Поздравляем вас с Новым годом! Желаем здоровья, благополучия и удачи во всех делах.',
  },
  {
    title: 'поздравление по инициалам',
    event: of('greeting', { client: initials, occasion: 'Юбилей площадки' }),
    text: 'Поздравляем вас с юбилеем площадки! Желаем здоровья, благополучия и удачи во всех делах.',
  },
  {
    title: 'поздравление, «Мамед оглы»',
    event: of('greeting', { client: mamed, occasion: 'День рождения' }),
    text: 'Руслан Мамед оглы, поздравляем вас с Днём рождения! Желаем здоровья, благополучия и удачи во всех делах.',
  },
  {
    title: 'поздравление, имя без отчества',
    event: of('greeting', { client: { phone: '+79031234567', fullName: 'Ким Алина' }, occasion: '8 Марта' }),
    text: 'Алина, поздравляем вас с 8 Марта! Желаем здоровья, благополучия и удачи во всех делах.',
  },
  {
    title: 'поздравление, повод незнаком, есть имя',
    event: of('greeting', { client: gamzatov, occasion: 'Открытие новой площадки' }),
    text: 'Магомед Расулович, поздравляем вас с открытием новой площадки! Желаем здоровья, благополучия и удачи во всех делах.',
  },
]

function of(type: EventType, event: Partial<Event>): Event {
  return { type, client: ivanov, ...event }
}

/** Every sample of the catalog stands here too. */
function sample(type: EventType): Event {
  return catalog[type].sample
}
