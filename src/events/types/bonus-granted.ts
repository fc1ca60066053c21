import type { EventTypeDefinition } from './definition.ts'

export const bonusGranted: EventTypeDefinition = {
  type: 'bonus.granted',
  title: 'Начислены бонусы',
  urgency: 'ordinary',
  class: 'promo',
  freshnessDays: 7,
  patienceMinutes: 240,
  expiryHours: 48,
  requires: [['bonus.points']],
  text:
    "Вам {{ баллы_число | множественное: 'начислен', 'начислено', 'начислено', 'начислено' }} " +
    '{{ баллы_число | число }}\u00a0' +
    "{{ баллы_число | множественное: 'бонусный балл', 'бонусных балла', 'бонусных баллов', 'бонусного балла' }}." +
    '{% if баланс %} На вашем счёте {{ баланс }}.{% endif %}' +
    '{% if баллы_до %} Баллы действуют до {{ баллы_до }}.{% endif %} Спасибо, что выбираете нашу площадку!',
  whatsappParameters: ['баллы', 'баланс'],
  privateText: 'Вам начислены бонусные баллы. Спасибо, что выбираете нашу площадку!',
  sample: {
    id: '77a0c3d2-8a70-11f0-9c55-00155d0a1b2c/bonus/1',
    type: 'bonus.granted',
    occurredAt: '2025-11-23T13:00:00+03:00',
    infobase: 'buh-nn-prod',
    branch: { code: 'NN-01', name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' },
    client: { id: 'a1d3a7c2-77aa-11ee-9c4f-00155d0a1b2c', phone: '+79031234567', fullName: 'Иванов Иван Петрович' },
    bonus: { points: '500', balance: '1750', expiresAt: '2025-12-31' },
    consent: { advertising: true },
  },
}
