import type { Right } from '../access/rights.ts'

/** The entries of the navigation, each for those who may open it. A new section is one line here. */
export const sections = [
  { name: 'today', path: '/today', title: 'Сегодня', right: 'see' },
  { name: 'journal', path: '/journal', title: 'Журнал', right: 'see' },
  { name: 'undelivered', path: '/undelivered', title: 'Не дошло', right: 'see' },
  { name: 'questions', path: '/questions', title: 'Вопросы', right: 'see' },
  { name: 'reports', path: '/reports', title: 'Отчёты', right: 'see' },
  { name: 'templates', path: '/templates', title: 'Шаблоны', right: 'manage' },
  { name: 'settings', path: '/settings', title: 'Настройки', right: 'manage' },
] as const satisfies readonly { name: string; path: string; title: string; right: Right }[]

export type SectionName = (typeof sections)[number]['name']
