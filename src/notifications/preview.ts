import type { Message } from '../channels/message.ts'
import { foreseeRecipient } from '../clients/foresee.ts'
import { messageText, storedMessageOf } from '../deliveries/message.ts'
import type { Event } from '../events/event.ts'
import { factsBefore } from '../events/store/foresee.ts'
import { branchOf, decidePlan, type Plan, unwritable } from './decide.ts'
import { consentIn, correctionIn, type PlanNeeds } from './plan.ts'
import { destinationOf } from './wording.ts'

export type Preview = {
  plan: Plan
  /** False when the event would make a new client. */
  isClientKnown: boolean
  message: { ok: true; message: Message } | { ok: false; error: string }
}

export type Previewed = { source: string; event: Event; test: boolean; teamOnly: boolean }

/** What would happen to an event if it were kept now, by the rules that plan real ones. Reads only. */
export async function previewEvent(
  needs: Pick<PlanNeeds, 'db' | 'vault' | 'policy' | 'branchRules' | 'handlingOf' | 'wording'>,
  { source, event, test, teamOnly }: Previewed,
  now: Date,
): Promise<Preview> {
  const { recipient, isKnown } = await foreseeRecipient(needs, {
    externalId: event.client.id,
    phone: event.client.phone,
    fullName: event.client.fullName,
  })
  const consent = consentIn({ event, test, receivedAt: now }, recipient)
  if (consent) recipient.consents.unshift({ ...consent, wordingHash: null })
  const earlier = await factsBefore(needs.db, {
    source,
    test,
    operationId: event.operation?.id,
    operationNumber: event.operation?.number,
    clientId: recipient.client.id,
  })
  const definition = needs.handlingOf(event)
  const { quietHours } = (await needs.branchRules.read())(branchOf(event))
  const facts = { event, definition, test, teamOnly, receivedAt: now, earlier, recipient, quietHours }
  const plan = decidePlan(facts, needs.policy, now)
  const wording = await needs.wording()
  const moment = plan.kind === 'send' ? (plan.at ?? now) : now
  const rendered = wording.render(event, moment, destinationOf(plan, recipient, needs.policy))
  if (!rendered.ok) return { plan: unwritable(plan), isClientKnown: isKnown, message: rendered }
  const message = storedMessageOf(messageText(rendered.message, correctionIn(event, earlier, rendered.isPrivate)))
  return { plan, isClientKnown: isKnown, message: { ok: true, message } }
}
