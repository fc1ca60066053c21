import type { EventTypeDefinition } from './definition.ts'

export const payoutPaid: EventTypeDefinition = {
  type: 'payout.paid',
  title: 'Выплата зачислена',
  urgency: 'money',
  class: 'service',
  freshnessDays: 30,
  patienceMinutes: 10,
  expiryHours: 72,
  requires: [['payment.amount']],
  text:
    'Выплата {{ сумма }}{% if материал_родительный %} за лом {{ материал_родительный }}{% endif %} ' +
    "{% if способ == 'наличными' %}выдана наличными{% else %}зачислена{% endif %}" +
    '{% if куда %} {{ куда }}{% if время %} {{ время }}{% endif %}{% elsif когда %} {{ когда }}{% endif %}. ' +
    'Спасибо, что выбираете нашу площадку!',
  whatsappParameters: ['сумма', 'материал', 'способ', 'время'],
  privateText:
    "Выплата {% if способ == 'наличными' %}выдана наличными{% else %}зачислена{% endif %}. Спасибо, что выбираете нашу площадку!",
  sample: {
    id: '5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c/paid/1',
    type: 'payout.paid',
    occurredAt: '2025-11-23T12:43:00+03:00',
    infobase: 'buh-nn-prod',
    branch: { code: 'NN-01', name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' },
    client: {
      id: 'a1d3a7c2-77aa-11ee-9c4f-00155d0a1b2c',
      phone: '+79031234567',
      fullName: 'Иванов Иван Петрович',
    },
    operation: {
      id: '5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c',
      number: 'ПСА-000457',
      date: '2025-11-23T11:05:40+03:00',
      items: [
        { material: 'Медь', materialGenitive: 'меди', netKg: '18.125', pricePerKg: '800.00', amount: '14500.00' },
      ],
      amount: '14500.00',
    },
    payment: { amount: '14500.00', currency: 'RUB', method: 'card', last4: '4321' },
  },
}
