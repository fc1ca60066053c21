import type { ChannelName } from '../channels/channel.ts'
import type { Message } from '../channels/message.ts'
import type { Recipient } from '../clients/store.ts'
import type { KeptEvent } from '../events/kept.ts'
import type { PublishedTemplate } from '../templates/choose.ts'
import { latestConsent, type Plan } from './decide.ts'
import { forbiddenChannels, type Policy } from './policy.ts'

/** Where a message goes: its template and what it may say depend on it. */
export type Destination = {
  /** Null when no channel could be chosen; the words are then kept for the record. */
  channel: ChannelName | null
  /** The client agreed to advertising, and this channel may carry it. */
  advertising: boolean
  /** The client wants neither sums nor names in his messages. */
  isPrivate?: boolean
}

/** An event in words. From `staleAt` on it reads differently («12:43 МСК» of yesterday needs its day). */
export type Rendered =
  | {
      ok: true
      message: Message
      /** The owner's version, or the text that ships. */
      version: string
      staleAt: Date | null
      /** Says no sum, so a correction must not either. */
      isPrivate: boolean
    }
  | { ok: false; error: string }

/** Puts events into words as the owner wants them at this moment: read anew for each round of work. */
export type Wording = { render(event: KeptEvent, now: Date, to: Destination): Rendered }

/** @param change the texts in force as they would be: for a preview of a draft. */
export type ReadWording = (
  change?: (published: readonly PublishedTemplate[]) => PublishedTemplate[],
) => Promise<Wording>

/** Where words go when this is what was decided. */
export function destinationOf(plan: Plan, recipient: Recipient, policy: Policy): Destination {
  const channel = plan.contact?.channel ?? null
  return destinationIn(channel, recipient, policy)
}

export function destinationIn(channel: ChannelName | null, recipient: Recipient, policy: Policy): Destination {
  return {
    channel,
    advertising: channel !== null && advertisingOn(channel, recipient, policy),
    isPrivate: recipient.settings?.privateTexts ?? false,
  }
}

function advertisingOn(channel: ChannelName, recipient: Recipient, policy: Policy): boolean {
  return (
    !forbiddenChannels(policy, 'advertising').includes(channel) &&
    latestConsent(recipient.consents, 'advertising')?.granted === true
  )
}
