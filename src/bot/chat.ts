import type { Channel, Receipt, Update } from '../channels/channel.ts'
import type { Message } from '../channels/message.ts'
import type { Client } from '../clients/client.ts'
import { clientsByAddress } from '../clients/store.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import type { NamedBranch } from '../events/branches.ts'
import type { Brand } from './texts.ts'

/** Where a branch can be reached, or the company where the branch says nothing of its own. */
export type Reach = { phone: string | undefined; site: string | undefined }
export type ReachOf = (branch: NamedBranch | undefined) => Promise<Reach>

export type AnswerNeeds = { db: Database; vault: Vault; channel: Channel; brand: Brand; reachOf: ReachOf }

/** What a person does in a chat, or a messenger says of him. */
export type ChatUpdate = Exclude<Update, Receipt>
export type Start = Extract<ChatUpdate, { kind: 'start' }>
export type Press = Extract<ChatUpdate, { kind: 'press' }>
export type Contact = Extract<ChatUpdate, { kind: 'contact' }>
export type Text = Extract<ChatUpdate, { kind: 'text' }>

/** One thing that the bot can do about an update. True: it was meant for this one, the others are not asked. */
export type Listener<U extends ChatUpdate> = (needs: AnswerNeeds, update: U) => Promise<boolean>

/** Everybody who is told of his money in this chat. */
export async function peopleOf(needs: AnswerNeeds, { address }: ChatUpdate): Promise<Client[]> {
  return await clientsByAddress(needs, needs.channel.name, address)
}

export async function say(needs: AnswerNeeds, { address, key, at }: ChatUpdate, message: Message): Promise<void> {
  await needs.channel.send({ address, message, deliveryId: `answer-${key}`, lastWroteAt: at })
}
