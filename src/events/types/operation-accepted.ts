import type { EventTypeDefinition } from './definition.ts'

export const operationAccepted: EventTypeDefinition = {
  type: 'operation.accepted',
  title: 'Лом принят',
  urgency: 'money',
  class: 'service',
  freshnessDays: 7,
  patienceMinutes: 30,
  expiryHours: 72,
  requires: [],
  text:
    'Лом принят{% if когда %} {{ когда }}{% endif %}{% if список_лома %}: {{ список_лома }}{% endif %}.' +
    '{% if сумма and номер_ПСА %} Сумма по акту №\u00a0{{ номер_ПСА }} — {{ сумма }}.' +
    '{% elsif сумма %} Сумма — {{ сумма }}.{% elsif номер_ПСА %} Акт №\u00a0{{ номер_ПСА }}.{% endif %}' +
    ' Спасибо, что выбираете нашу площадку!',
  whatsappParameters: ['номер_ПСА', 'список_лома', 'сумма'],
  privateText: 'Лом принят. Спасибо, что выбираете нашу площадку!',
  sample: {
    id: '5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c/accepted/1',
    type: 'operation.accepted',
    occurredAt: '2025-11-23T12:31:05+03:00',
    infobase: 'buh-nn-prod',
    branch: { code: 'NN-01', name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' },
    client: { id: 'a1d3a7c2-77aa-11ee-9c4f-00155d0a1b2c', phone: '+79031234567', fullName: 'Иванов Иван Петрович' },
    operation: {
      id: '5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c',
      number: 'НН00-000123',
      date: '2025-11-23T12:31:05+03:00',
      items: [
        {
          material: 'Медь кусок',
          grossKg: '13.1',
          tareKg: '0.5',
          contaminationPct: '2',
          netKg: '12.348',
          pricePerKg: '780.00',
          amount: '9631.44',
        },
        {
          material: 'Латунь',
          grossKg: '10.9',
          tareKg: '0.5',
          contaminationPct: '1.5',
          netKg: '10.244',
          pricePerKg: '450.00',
          amount: '4609.80',
        },
      ],
      amount: '14241.24',
    },
  },
}
