import type { Channel, ChannelName, Outcome } from '../channels/channel.ts'
import { type TeamContact, teamContacts } from '../clients/store/team.ts'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import { reasonTexts } from '../deliveries/reasons.ts'
import { catalog } from '../events/catalog.ts'
import type { EventType } from '../events/event.ts'
import { channelTitles } from '../lib/channel-name.ts'
import { newId } from '../lib/ids.ts'
import { forbiddenChannels, type Policy } from './policy.ts'
import type { Wording } from './wording.ts'

export type TestSendNeeds = {
  db: Queryable
  vault: Vault
  policy: Policy
  channels: ReadonlyMap<ChannelName, Pick<Channel, 'send'>>
  wording(): Promise<Wording>
}

export type TestSent =
  | { kind: 'sent'; text: string; channel: ChannelName }
  | { kind: 'no_contact' }
  | { kind: 'refused'; text: string }

/**
 * The sample of a type, to the chat of one of our own people and of nobody else: past the queue and the journal, and it says
 * what it is. @param contactId one of teamContacts
 */
export async function sendSample(
  needs: TestSendNeeds,
  { contactId, type }: { contactId: string; type: EventType },
): Promise<TestSent> {
  const contact = (await teamContacts(needs)).find((each) => each.id === contactId)
  if (!contact) return { kind: 'no_contact' }
  const { policy } = needs
  if (policy.sendMode === 'test')
    return { kind: 'refused', text: 'SEND_MODE=test: сервис не отправляет ничего и никому.' }
  const { class: kind, sample } = catalog[type]
  if (forbiddenChannels(policy, kind === 'promo' ? 'advertising' : 'service').includes(contact.channel))
    return { kind: 'refused', text: reasonTexts.channel_forbidden.cause }
  const channel = needs.channels.get(contact.channel)
  if (!channel) return { kind: 'refused', text: `${reasonTexts.channel_off.cause} ${reasonTexts.channel_off.advice}` }
  const wording = await needs.wording()
  const moment = new Date(sample.occurredAt ?? Date.now())
  const rendered = wording.render(sample, moment, { channel: contact.channel, advertising: kind === 'promo' })
  if (!rendered.ok) return { kind: 'refused', text: `${reasonTexts.template_error.cause} ${rendered.error}` }
  const text = `Проверка, это не выплата. Так сообщение увидит клиент:\n\n${rendered.message.text}`
  const outcome = await channel.send(requestOf(contact, text))
  if (outcome.kind === 'sent') return { kind: 'sent', text, channel: contact.channel }
  return { kind: 'refused', text: troubleOf(contact.channel, outcome) }
}

/** Only the words: buttons would answer for a delivery that is none. */
function requestOf({ address, lastWroteAt }: TeamContact, text: string) {
  return { address, lastWroteAt, deliveryId: newId('delivery'), message: { text } }
}

function troubleOf(channel: ChannelName, outcome: Exclude<Outcome, { kind: 'sent' }>): string {
  return `${channelTitles[channel]} не принял сообщение: ${outcome.code}. ${outcome.description}`
}
