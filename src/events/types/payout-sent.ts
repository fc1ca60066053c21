import type { EventTypeDefinition } from './definition.ts'

/** The payer's bank has executed the order: the money is on its way, and nobody knows yet that it has arrived. */
export const payoutSent: EventTypeDefinition = {
  type: 'payout.sent',
  title: 'Выплата отправлена',
  urgency: 'money',
  class: 'service',
  freshnessDays: 30,
  patienceMinutes: 10,
  expiryHours: 72,
  requires: [['payment.amount']],
  text:
    'Выплата {{ сумма }}{% if материал_родительный %} за лом {{ материал_родительный }}{% endif %} отправлена' +
    '{% if куда %} {{ куда }}{% if время %} {{ время }}{% endif %}{% elsif когда %} {{ когда }}{% endif %}.' +
    "{% if способ != 'наличными' %} Срок зачисления зависит от вашего банка.{% endif %}",
  whatsappParameters: ['сумма', 'материал', 'способ', 'время'],
  privateText: "Выплата отправлена.{% if способ != 'наличными' %} Срок зачисления зависит от вашего банка.{% endif %}",
  sample: {
    id: '7c1d2a54-8a60-11f0-9c55-00155d0a1b2c/sent/1',
    type: 'payout.sent',
    occurredAt: '2025-11-23T10:05:00+03:00',
    infobase: 'buh-nn-prod',
    branch: { code: 'SM-02', name: 'Самара, Заводское шоссе', timezone: 'Europe/Samara' },
    client: {
      id: 'b7e0c0de-77aa-11ee-9c4f-00155d0a1b2c',
      phone: '+79161234567',
      fullName: 'Гамзатов Магомед Расулович',
    },
    operation: {
      id: '7c1d2a54-8a60-11f0-9c55-00155d0a1b2c',
      number: 'ПСА-000461',
      date: '2025-11-22T16:40:00+04:00',
      items: [
        { material: 'Медь', netKg: '12.348', pricePerKg: '780.00', amount: '9631.44' },
        { material: 'Латунь', netKg: '10.244', pricePerKg: '450.00', amount: '4609.80' },
      ],
      amount: '14241.24',
    },
    payment: { amount: '14241.24', currency: 'RUB', method: 'sbp' },
  },
}
