import type { EventType } from './event.ts'
import { answerHandling, type KeptType, smsHandling } from './kept.ts'
import { bonusGranted } from './types/bonus-granted.ts'
import type { EventTypeDefinition, Handling } from './types/definition.ts'
import { greeting } from './types/greeting.ts'
import { installmentReminder } from './types/installment-reminder.ts'
import { operationAccepted } from './types/operation-accepted.ts'
import { payoutDelayed } from './types/payout-delayed.ts'
import { payoutFailed } from './types/payout-failed.ts'
import { payoutPaid } from './types/payout-paid.ts'
import { payoutPartial } from './types/payout-partial.ts'
import { payoutSent } from './types/payout-sent.ts'

/** Every type of event in its life's order: the lists people see follow it. */
export const catalog: Record<EventType, EventTypeDefinition> = {
  'operation.accepted': operationAccepted,
  'payout.sent': payoutSent,
  'payout.paid': payoutPaid,
  'payout.partial': payoutPartial,
  'payout.delayed': payoutDelayed,
  'payout.failed': payoutFailed,
  'installment.reminder': installmentReminder,
  'bonus.granted': bonusGranted,
  greeting,
}

export function handlingOf(type: KeptType): Handling {
  if (type === 'sms') return smsHandling
  return type === 'answer' ? answerHandling : catalog[type]
}
