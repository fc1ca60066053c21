import type { Town } from './town.ts'

/** Every page behind the login, by the route that serves it: the browser opens each, and a test demands that none is missing. */
export const pages: Record<string, (town: Town) => readonly string[]> = {
  '/today': () => ['/today'],
  '/journal': () => [
    '/journal',
    '/journal?state=failed&from=2024-01-01',
    '/journal?q=%D0%BF%D0%B5%D1%82',
    '/journal?q=8903123456',
  ],
  '/clients/:id': ({ anna, ivan, petr }) => [anna, ivan, petr].map(({ id }) => `/clients/${id}`),
  '/questions/erasures': () => ['/questions/erasures'],
  '/questions': () => ['/questions', '/questions?state=answered'],
  '/clients/:id/consents': ({ ivan }) => [`/clients/${ivan.id}/consents`],
  '/clients/:id/looks': ({ ivan }) => [`/clients/${ivan.id}/looks`],
  '/events/:id': ({ lost, blocked }) => [`/events/${lost.eventId}?done=resent`, `/events/${blocked.eventId}`],
  '/undelivered': () => ['/undelivered?days=30'],
  '/password': () => ['/password'],
  '/templates': () => ['/templates'],
  '/templates/:type': () => ['/templates/payout.paid', '/templates/greeting?channel=max'],
  '/settings': () => ['/settings'],
  '/settings/sources': () => ['/settings/sources'],
  '/settings/infobases': () => ['/settings/infobases'],
  '/settings/branches': () => ['/settings/branches'],
  '/settings/branches/:code': () => ['/settings/branches/KZ-02'],
  '/settings/reminders': () => ['/settings/reminders'],
  '/settings/alerts': () => ['/settings/alerts'],
  '/settings/test': () => ['/settings/test'],
  '/settings/users': () => ['/settings/users'],
  '/audit': () => ['/audit'],
  '/reports': () => ['/reports'],
  '/reports/:name': () => ['/reports/funnel', '/reports/undelivered'],
}

/** Parts of pages, files and moves: nothing that a browser shows as a page. */
export const noPages = [
  '/clients/:id/consents.json',
  '/',
  '/login',
  '/*',
  '/journal/lines',
  '/journal/export.csv',
  '/journal/export.xlsx',
]
