import type { ChannelName, Receipt, Update } from '../channels/channel.ts'
import type { Message } from '../channels/message.ts'
import type { Client } from '../clients/client.ts'
import { clientsByAddress } from '../clients/store.ts'
import type { Queryable } from '../db/database.ts'
import type { NamedBranch } from '../events/branches.ts'
import type { CatchUp } from '../notifications/catch-up.ts'
import type { Flood } from './talk/flood.ts'
import type { VoiceNeeds } from './talk/voice.ts'
import type { Brand } from './texts.ts'

/** Where a branch can be reached, or the company where the branch says nothing of its own. */
export type Reach = { phone: string | undefined; site: string | undefined; name: string | undefined }
export type ReachOf = (branch: NamedBranch | undefined) => Promise<Reach>

export type AnswerNeeds = VoiceNeeds & {
  /** When we first had what he does now: words of consent bear it. */
  saidAt: Date
  brand: Brand
  reachOf: ReachOf
  /** Of branches that name none. */
  timezone: string
  /** Whether the owner wants no sums and names in that messenger, for that branch. */
  keepsPrivate(channel: ChannelName, branch: string | null): Promise<boolean>
  flood: Flood
  /** Whatever lets a client be told goes through it: a link, a consent. */
  catchUp: CatchUp
  onLink(line: LinkLine): void
  onRefused(line: { channel: ChannelName; why: Refusal }): void
}

/** The same inside a transaction. */
export type Inside = Pick<AnswerNeeds, 'vault' | 'channel' | 'brand'> & { db: Queryable }

/** What came of somebody's way to link his chat. */
export type LinkLine = { way: 'link' | 'code' | 'contact'; result: 'linked' | 'refused' | 'limited' }

/** What strangers may try. `press`: a button that is not of this chat; `flood`: too much in a minute. */
export type Refusal = 'press' | 'flood'

/** What a person does in a chat, or a messenger says of him. */
export type ChatUpdate = Exclude<Update, Receipt>
export type Start = Extract<ChatUpdate, { kind: 'start' }>
export type Press = Extract<ChatUpdate, { kind: 'press' }>
export type Contact = Extract<ChatUpdate, { kind: 'contact' }>
export type Text = Extract<ChatUpdate, { kind: 'text' }>

/** One thing that the bot can do about an update. True: it was meant for this one, the others are not asked. */
export type Listener<U extends ChatUpdate> = (needs: AnswerNeeds, update: U) => Promise<boolean>

export function chatOf({ channel }: Pick<AnswerNeeds, 'channel'>, { address }: ChatUpdate) {
  return { channel: channel.name, address }
}

/** Everybody who is told of his money in this chat. */
export async function peopleOf(needs: AnswerNeeds, { address }: ChatUpdate): Promise<Client[]> {
  return await clientsByAddress(needs, needs.channel.name, address)
}

/** `part`: of several answers to one update; a messenger may take two of one name for one. */
export async function say(
  needs: AnswerNeeds,
  { address, key, at }: ChatUpdate,
  message: Message,
  part = 'answer',
): Promise<void> {
  await needs.channel.send({ address, message, deliveryId: `${part}-${key}`, lastWroteAt: at })
}
