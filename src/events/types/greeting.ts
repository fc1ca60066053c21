import type { EventTypeDefinition } from './definition.ts'

export const greeting: EventTypeDefinition = {
  type: 'greeting',
  title: 'Поздравление',
  urgency: 'ordinary',
  class: 'promo',
  freshnessDays: 7,
  patienceMinutes: 120,
  expiryHours: 12,
  requires: [],
  text:
    '{% if обращение %}{{ обращение }}, {% endif %}' +
    '{% if с_поводом %}{% if обращение %}поздравляем{% else %}Поздравляем{% endif %} вас {{ с_поводом }}!' +
    '{% elsif повод %}{% if обращение %}поздравляем{% else %}Поздравляем{% endif %} вас с событием {{ повод | в_кавычках }}!' +
    '{% else %}{% if обращение %}примите{% else %}Примите{% endif %} наши поздравления!{% endif %}' +
    ' Желаем здоровья, благополучия и удачи во всех делах.',
  whatsappParameters: ['обращение', 'повод'],
  privateText: 'Примите наши поздравления! Желаем здоровья, благополучия и удачи во всех делах.',
  sample: {
    id: '88b1d4e3-8a71-11f0-9c55-00155d0a1b2c/greeting/1',
    type: 'greeting',
    occurredAt: '2025-07-20T10:00:00+03:00',
    infobase: 'buh-nn-prod',
    branch: { code: 'NN-01', name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' },
    client: {
      id: 'b7e0c0de-77aa-11ee-9c4f-00155d0a1b2c',
      phone: '+79161234567',
      fullName: 'Гамзатов Магомед Расулович',
    },
    occasion: 'День металлурга',
    consent: { advertising: true },
  },
}
