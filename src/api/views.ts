import type { Consent } from '../clients/client.ts'
import { sentText } from '../deliveries/message.ts'
import type { AttemptRecord, JournalEntry } from '../journal/search.ts'
import { compact } from '../lib/compact.ts'

/** Times leave as ISO with offset; what there is not is absent, since 1C cannot read an empty date. */
export function journalItem(entry: JournalEntry) {
  return compact({
    id: entry.id,
    eventId: entry.eventId,
    notificationId: entry.notificationId,
    at: entry.at.toISOString(),
    source: entry.source,
    branch: entry.branch,
    client: compact({
      externalId: entry.client.externalId,
      phone: entry.client.phone,
      fullName: entry.client.fullName,
    }),
    type: entry.type,
    operation: compact({ id: entry.operation.id, number: entry.operation.number }),
    channel: entry.channel,
    state: entry.state,
    reason: entry.reason,
    engagement: entry.engagement,
    attempts: entry.attempts,
    repeat: entry.repeat,
    providerMessageId: entry.providerMessageId,
    text: sentText(entry),
    test: entry.test,
  })
}

export function deliveryView(
  entry: JournalEntry,
  attempts: readonly AttemptRecord[],
  receipts: readonly { at: Date; state: string }[],
  consent: Consent | undefined,
) {
  return compact({
    id: entry.id,
    channel: entry.channel,
    state: entry.state,
    reason: entry.reason,
    engagement: entry.engagement,
    repeat: entry.repeat,
    text: sentText(entry),
    template: entry.template,
    permittedBy: consent && consentView(consent),
    providerMessageId: entry.providerMessageId,
    attempts: attempts.map((each) =>
      compact({
        number: each.number,
        at: each.at.toISOString(),
        outcome: each.outcome ?? undefined,
        code: each.code,
        description: each.description,
        durationMs: each.durationMs,
      }),
    ),
    receipts: receipts.map((each) => ({ at: each.at.toISOString(), state: each.state })),
  })
}

/** One word of consent. The chat is shown by a part of its blind index: the same chat shows the same, and no address. */
export function consentView(consent: Consent) {
  return compact({
    id: consent.id,
    purpose: consent.purpose,
    granted: consent.granted,
    at: consent.at.toISOString(),
    givenBy: consent.givenBy,
    act: consent.act,
    channel: consent.channel,
    chat: consent.chatIndex?.toString('hex').slice(0, 16),
    text: consent.wording,
    textHash: consent.wordingHash,
  })
}
