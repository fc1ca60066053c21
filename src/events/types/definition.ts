import type { Event, EventType } from '../event.ts'

/** A dotted path into the canonical event, such as "payment.amount". */
export type FieldPath = string

/** How a message is to be treated, whatever it says. */
export type Handling = {
  /** What the event is called in the journal and in the errors of the intake. */
  title: string
  /** `money` leaves at any hour and before everything else; `ordinary` waits through quiet hours. */
  urgency: 'money' | 'ordinary'
  /** `promo` needs the advertising consent and a channel that is allowed for promo (38-ФЗ). */
  class: 'service' | 'promo'
  /** A fact older than this is no news any more: `skipped: too_late`. */
  freshnessDays: number
  /** How long a channel that does not take it is tried before another one is. */
  patienceMinutes: number
  /** Tried for so long from the moment it may leave: `failed: expired`. What only waits for the morning is not ended by it. */
  expiryHours: number
}

export type EventTypeDefinition = Handling & {
  type: EventType
  /** Fields without which the fact says nothing. Each entry is a list of alternatives: one of them is enough. */
  requires: readonly (readonly FieldPath[])[]
  /** The default message, a Liquid template. */
  text: string
  /** The approved WhatsApp template's positional parameters, as names of template variables. */
  whatsappParameters: readonly string[]
  /** The same without a name, a sum or a card: for messengers whose servers are abroad, where the owner wants it. */
  privateText: string
  /** A real example: shown in the documentation, played by the demo, rendered by the tests. */
  sample: Event
}
