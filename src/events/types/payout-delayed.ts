import type { EventTypeDefinition } from './definition.ts'

export const payoutDelayed: EventTypeDefinition = {
  type: 'payout.delayed',
  title: 'Выплата задерживается',
  urgency: 'money',
  class: 'service',
  freshnessDays: 30,
  patienceMinutes: 10,
  expiryHours: 72,
  requires: [],
  text:
    'Выплата{% if сумма %} {{ сумма }}{% endif %}' +
    '{% if материал_родительный %} за лом {{ материал_родительный }}{% endif %} задерживается.' +
    '{% if причина %} Причина: {{ причина | с_точкой }}{% endif %}' +
    '{% if срок %} Плановая дата выплаты — {{ срок }}.{% endif %} Приносим извинения за задержку.',
  whatsappParameters: ['сумма', 'причина', 'срок'],
  privateText: 'Выплата задерживается. Приносим извинения за ожидание.',
  sample: {
    id: '5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c/delayed/1',
    type: 'payout.delayed',
    occurredAt: '2025-11-23T15:00:00+03:00',
    infobase: 'buh-nn-prod',
    branch: { code: 'NN-01', name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' },
    client: { id: 'a1d3a7c2-77aa-11ee-9c4f-00155d0a1b2c', phone: '+79031234567', fullName: 'Иванов Иван Петрович' },
    operation: {
      id: '5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c',
      number: 'ПСА-000457',
      date: '2025-11-23T11:05:40+03:00',
      items: [{ material: 'Алюминий', netKg: '96.667', pricePerKg: '150.00', amount: '14500.00' }],
      amount: '14500.00',
    },
    payment: { amount: '14500.00', currency: 'RUB', method: 'card', dueDate: '2025-11-25' },
    reason: 'Технические работы в банке',
  },
}
