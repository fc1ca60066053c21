import type { DeliveryState } from '../deliveries/delivery.ts'

/** The words of «ОтправкаSMS.СтатусДоставки» of БСП 3.1, by which 1C shows what became of a message. */
export const bspStatuses = [
  'НеОтправлялось',
  'Отправляется',
  'Отправлено',
  'НеОтправлено',
  'Доставлено',
  'НеДоставлено',
  'Ошибка',
] as const
export type BspStatus = (typeof bspStatuses)[number]

/** «Ошибка» means there that the state could not be learnt, which is what a lost answer is. */
export const statusBsp: Record<DeliveryState, BspStatus> = {
  queued: 'НеОтправлялось',
  waiting: 'Отправляется',
  sending: 'Отправляется',
  sent: 'Отправлено',
  delivered: 'Доставлено',
  unknown: 'Ошибка',
  failed: 'НеДоставлено',
  skipped: 'НеОтправлено',
}
