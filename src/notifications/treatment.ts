import { handlingOf } from '../events/catalog.ts'
import type { KeptEvent, KeptType } from '../events/kept.ts'
import type { Handling } from '../events/types/definition.ts'
import { promoWords } from '../templates/lint/words.ts'

/**
 * How an event is to be treated. Nobody has read a ready text before: one that sounds like advertising is advertising
 * (38-ФЗ), so it needs that consent and a messenger that may carry it.
 */
export function treatmentOf(event: KeptEvent | { type: KeptType }): Handling {
  const handling = handlingOf(event.type)
  return 'text' in event && event.type === 'sms' && promoWords(event.text).length > 0
    ? { ...handling, class: 'promo' }
    : handling
}
