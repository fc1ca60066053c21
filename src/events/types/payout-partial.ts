import type { EventTypeDefinition } from './definition.ts'

/** One stage of an instalment plan is paid. Whether the card is credited already, the source does not say. */
export const payoutPartial: EventTypeDefinition = {
  type: 'payout.partial',
  title: 'Частичная выплата',
  urgency: 'money',
  class: 'service',
  freshnessDays: 30,
  patienceMinutes: 10,
  expiryHours: 72,
  requires: [['payment.amount']],
  text:
    'Частичная выплата {{ сумма }}{% if материал_родительный %} за лом {{ материал_родительный }}{% endif %} ' +
    "{% if способ == 'наличными' %}выдана наличными{% elsif куда %}переведена {{ куда }}{% else %}проведена{% endif %}" +
    '{% if куда %}{% if время %} {{ время }}{% endif %}{% elsif когда %} {{ когда }}{% endif %}' +
    '{% if этап and этапов >= этап %} (этап {{ этап }} из {{ этапов }}){% elsif этап %} (этап {{ этап }}){% endif %}.' +
    '{% if остаток_число > 0 %} Осталось выплатить {{ остаток }}' +
    '{% if следующая_дата %}, следующая выплата — {{ следующая_дата }}{% endif %}.' +
    '{% elsif остаток %} Остатка нет: выплачено полностью.' +
    '{% elsif следующая_дата %} Следующая выплата — {{ следующая_дата }}.{% endif %}',
  whatsappParameters: ['сумма', 'этап', 'этапов', 'остаток', 'следующая_дата'],
  privateText: "Частичная выплата {% if способ == 'наличными' %}выдана наличными{% else %}проведена{% endif %}.",
  sample: {
    id: 'c0ffee00-1111-11f0-9c55-00155d0a1b2c/stage/2',
    type: 'payout.partial',
    occurredAt: '2025-11-23T12:43:00+03:00',
    infobase: 'buh-nn-prod',
    branch: { code: 'NN-01', name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' },
    client: { id: 'd3ad0e5a-77aa-11ee-9c4f-00155d0a1b2c', phone: '+79031234567', fullName: 'Шевченко Олег Ильич' },
    operation: {
      id: 'c0ffee00-1111-11f0-9c55-00155d0a1b2c',
      number: 'ПСА-000402',
      date: '2025-10-23T15:20:00+03:00',
      items: [{ material: 'Чёрный металл', netKg: '1000', pricePerKg: '20.00', amount: '20000.00' }],
      amount: '20000.00',
    },
    payment: {
      amount: '5000.00',
      currency: 'RUB',
      method: 'card',
      last4: '4321',
      stage: 2,
      stages: 4,
      remaining: '10000.00',
      nextDate: '2025-12-23',
    },
  },
}
