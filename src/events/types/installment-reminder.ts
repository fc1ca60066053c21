import type { EventTypeDefinition } from './definition.ts'

export const installmentReminder: EventTypeDefinition = {
  type: 'installment.reminder',
  title: 'Напоминание о рассрочке',
  urgency: 'ordinary',
  class: 'service',
  freshnessDays: 7,
  patienceMinutes: 120,
  expiryHours: 24,
  requires: [['payment.amount', 'payment.nextDate', 'payment.dueDate']],
  text:
    'Напоминаем о рассрочке{% if номер_документа %} (документ №\u00a0{{ номер_документа }}){% endif %}: ' +
    '{% if сумма and дата_платежа %}очередной платёж {{ сумма }} — {{ дата_платежа }}' +
    '{% elsif сумма %}сумма очередного платежа — {{ сумма }}' +
    '{% elsif дата_платежа %}очередной платёж — {{ дата_платежа }}{% else %}подходит срок очередного платежа{% endif %}' +
    '{% if этап and этапов >= этап %} (этап {{ этап }} из {{ этапов }}){% endif %}.' +
    '{% if остаток_число > 0 %} Остаток по рассрочке — {{ остаток }}.{% endif %}',
  whatsappParameters: ['сумма', 'дата_платежа', 'остаток'],
  privateText: 'Напоминаем о рассрочке: подходит срок очередного платежа.',
  sample: {
    id: 'c0ffee00-1111-11f0-9c55-00155d0a1b2c/reminder/3',
    type: 'installment.reminder',
    occurredAt: '2025-11-23T10:00:00+03:00',
    infobase: 'buh-nn-prod',
    branch: { code: 'NN-01', name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' },
    client: {
      id: 'f0f1f2f3-77aa-11ee-9c4f-00155d0a1b2c',
      phone: '+79031234567',
      fullName: 'Салтыкова-Щедрина Любовь Никитична',
    },
    operation: { id: 'c0ffee00-1111-11f0-9c55-00155d0a1b2c', number: 'Р-14/25' },
    payment: {
      amount: '12000.50',
      currency: 'RUB',
      stage: 3,
      stages: 4,
      remaining: '24001.00',
      nextDate: '2025-11-25',
    },
  },
}
