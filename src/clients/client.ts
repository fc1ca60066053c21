import type { ChannelName } from '../lib/channel-name.ts'
import type { ClientId, ConsentId, ContactId } from '../lib/ids.ts'

export type Client = {
  id: ClientId
  externalId: string | null
  phone: string | undefined
  fullName: string | undefined
  branchCode: string | null
  dataKey: Buffer | null
  erasedAt: Date | null
  createdAt: Date
  /** The ids of records that were merged into this one; known only where people are looked for by id. */
  aliases?: readonly string[]
}

/**
 * Who says that this chat is the client's: his accounting, a phone that he proved in the bot, or the one-time link or code
 * that he was given, which speak for him alone and for nobody else on his phone.
 */
export const linkedBys = ['api', 'bot', 'link', 'code'] as const
export type LinkedBy = (typeof linkedBys)[number]

export type Contact = {
  id: ContactId
  channel: ChannelName
  address: string
  team: boolean
  linkedBy: LinkedBy
  linkedAt: Date
  blockedReason: 'blocked' | 'not_found' | null
  /** False when the link was proved by a phone that is no longer the client's. */
  isCurrent: boolean
}

export const purposes = ['service', 'advertising'] as const
export type Purpose = (typeof purposes)[number]

/**
 * By what a word was given: a button or «/stop» in a chat, the API, an event, an import of a file, a block of the bot, an
 * operator's hand.
 */
export const consentActs = ['button', 'stop', 'api', 'event', 'import', 'block', 'operator'] as const
export type ConsentAct = (typeof consentActs)[number]

/** One word of a client (or of the sender on his behalf) about one purpose. The latest by `at` holds. */
export type Consent = {
  purpose: Purpose
  granted: boolean
  at: Date
  givenBy: 'api' | 'bot' | 'event'
  channel: ChannelName | null
  wording: string | null
  wordingHash: string | null
  id?: ConsentId
  act?: ConsentAct | null
  /** The chat it was said in. */
  chatIndex?: Buffer | null
}
