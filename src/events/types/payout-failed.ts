import type { EventTypeDefinition } from './definition.ts'

export const payoutFailed: EventTypeDefinition = {
  type: 'payout.failed',
  title: 'Выплата не прошла',
  urgency: 'money',
  class: 'service',
  freshnessDays: 30,
  patienceMinutes: 10,
  expiryHours: 72,
  requires: [],
  text:
    'Выплата{% if сумма %} {{ сумма }}{% endif %}' +
    '{% if материал_родительный %} за лом {{ материал_родительный }}{% endif %} не прошла.' +
    '{% if причина %} Причина: {{ причина | с_точкой }}{% endif %}' +
    ' Пожалуйста, свяжитесь с площадкой, чтобы уточнить реквизиты и получить деньги.',
  whatsappParameters: ['сумма', 'причина'],
  privateText: 'Выплата не прошла. Пожалуйста, свяжитесь с площадкой, чтобы уточнить реквизиты и получить деньги.',
  sample: {
    id: '9a1b7d30-8a61-11f0-9c55-00155d0a1b2c/failed/1',
    type: 'payout.failed',
    occurredAt: '2025-11-23T12:43:00+03:00',
    infobase: 'buh-nn-prod',
    branch: { code: 'NN-01', name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' },
    client: { id: 'e1e2e3e4-77aa-11ee-9c4f-00155d0a1b2c', phone: '+79031234567', fullName: 'Цой Виктор Робертович' },
    operation: { id: '9a1b7d30-8a61-11f0-9c55-00155d0a1b2c', number: 'ПСА-000463', amount: '14500.00' },
    payment: { amount: '14500.00', currency: 'RUB', method: 'card', last4: '4321' },
    reason: 'Карта закрыта.\nУточните реквизиты "Мир"',
  },
}
