import { withCommon } from '../mapping/common.ts'
import type { Profile } from '../mapping/profile.ts'

/**
 * A guess: nothing of VTORIUM's API is public (reference/one-c.md §2.4). It follows the habits of Russian payout services
 * and of their bank webhooks, and is meant to be corrected in the settings of the source after the first real request.
 */
export const vtoriumProfile: Profile = {
  source: 'vtorium',
  title: 'ВТОРИУМ (по предположению)',
  verified: false,
  moneyUnit: 'roubles',
  trustZ: true,
  signature: 'standard-webhooks',
  ...withCommon({
    wrappers: ['resource', 'entity', 'context', 'данные'],
    tables: ['позиции', 'products'],
    containers: {
      client: ['lomosdatchik', 'individual', 'receiverInfo', 'клиент', 'получатель'],
      operation: ['psa', 'weighing', 'lot', 'application', 'документ', 'операция'],
      payment: ['payoutInfo', 'settlement', 'paymentRequest', 'выплата', 'оплата'],
      branch: ['warehouse', 'collectionPoint', 'площадка'],
    },
    fields: {
      'operation.id': ['psaId', 'applicationId', 'settlementId'],
      'operation.number': ['psaNumber', 'applicationNumber'],
      'client.phone': ['receiverPhone', 'телефон'],
      'client.fullName': ['receiverName', 'фио'],
      'payment.amount': ['settlementAmount', 'сумма'],
      'payment.date': ['settledAt', 'датаОплаты'],
      status: ['settlementStatus', 'статус'],
      type: ['событие'],
      reason: ['statusReason', 'rejectReason', 'statusDescription', 'причина'],
      'item.material': ['scrapName', 'категорияЛома'],
    },
    events: {
      'operation.accepted': ['psa.created', 'psa.signed', 'приемЛома'],
      payout: ['settlement', 'выплата'],
      change: ['settlement.updated', 'settlement.status_changed', 'psa.updated', 'изменениеСтатуса'],
    },
    statuses: {
      'payout.paid': ['settlement_completed', 'оплачено', 'зачислено', 'выплачено'],
      'payout.sent': ['settlement_sent', 'исполнено', 'перечислено'],
      'payout.partial': ['частичноОплачено'],
      'payout.delayed': ['приостановлено', 'задержано'],
      'payout.failed': ['settlement_failed', 'отклонено', 'отменено', 'ошибка'],
    },
    methods: {},
  }),
}
