import { addressDative } from '../../lib/russian/dative.ts'
import { maskedPhone } from '../../lib/russian/masks.ts'
import { addressOf, parseName, shortName } from '../../lib/russian/names.ts'
import { oneLine } from '../../lib/russian/text.ts'
import type { Facts } from '../facts.ts'
import type { Variable } from './variable.ts'

export const peopleVariables: readonly Variable[] = [
  {
    names: ['ФИО', 'full_name'],
    description: 'Имя клиента, как оно записано в базе',
    example: 'Иванов Иван Петрович',
    fields: ['client.fullName'],
    personal: true,
    read: ({ event }) => line(event.client.fullName),
  },
  {
    names: ['обращение', 'salutation', 'имя_отчество', 'name_patronymic'],
    description: 'Имя и отчество, без отчества — имя; пусто, если это фирма, инициалы или одна фамилия',
    example: 'Иван Петрович',
    fields: ['client.fullName'],
    personal: true,
    read: (facts) => fromName(facts, addressOf),
  },
  {
    names: ['кому', 'to_whom', 'обращение_дательный', 'salutation_dative'],
    description: 'Имя и отчество в дательном падеже; пусто, если обратиться нельзя или падеж не ясен',
    example: 'Ивану Петровичу',
    fields: ['client.fullName'],
    personal: true,
    read: (facts) => fromName(facts, addressDative),
  },
  {
    names: ['имя', 'first_name'],
    description: 'Имя без отчества',
    example: 'Иван',
    fields: ['client.fullName'],
    personal: true,
    read: (facts) => fromName(facts, (name) => parseName(name).first),
  },
  {
    names: ['фамилия', 'last_name'],
    description: 'Фамилия',
    example: 'Иванов',
    fields: ['client.fullName'],
    personal: true,
    read: (facts) => fromName(facts, (name) => parseName(name).last),
  },
  {
    names: ['фамилия_инициалы', 'short_name'],
    description: 'Фамилия и инициалы; фирма — как записана',
    example: 'Иванов И. П.',
    fields: ['client.fullName'],
    personal: true,
    read: (facts) => fromName(facts, shortName),
  },
  {
    names: ['телефон', 'phone'],
    description: 'Телефон клиента со скрытой серединой',
    example: '+7 903 •••-••-67',
    fields: ['client.phone'],
    personal: true,
    read: ({ event }) => (event.client.phone === undefined ? null : maskedPhone(event.client.phone)),
  },
  {
    names: ['площадка', 'branch'],
    description: 'Название площадки',
    example: 'Нижний Новгород, Базовый проезд',
    fields: ['branch.name'],
    personal: false,
    read: ({ event }) => line(event.branch?.name),
  },
  {
    names: ['компания', 'company'],
    description: 'Название компании из настроек',
    example: 'ВторМет',
    fields: ['branding.companyName'],
    personal: false,
    read: ({ branding }) => line(branding.companyName),
  },
  {
    names: ['сайт', 'site'],
    description: 'Адрес сайта из настроек',
    example: 'https://vtormet.example',
    fields: ['branding.companySite'],
    personal: false,
    read: ({ branding }) => line(branding.companySite),
  },
  {
    names: ['отзыв', 'feedback_url'],
    description: 'Адрес формы отзыва из настроек',
    example: 'https://vtormet.example/otzyv',
    fields: ['branding.feedbackUrl'],
    personal: false,
    read: ({ branding }) => line(branding.feedbackUrl),
  },
]

function fromName({ event }: Facts, part: (name: string) => string | undefined): string | null {
  return event.client.fullName === undefined ? null : (part(event.client.fullName) ?? null)
}

function line(text: string | undefined): string | null {
  return (text === undefined ? '' : oneLine(text)) || null
}
