import type { ChannelName } from '../channels/channel.ts'
import type { Message } from '../channels/message.ts'
import { recipientsOf } from '../clients/store.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import { eventsByIds } from '../events/store/read.ts'
import type { EventId } from '../lib/ids.ts'
import type { Policy } from './policy.ts'
import { destinationIn, type Wording } from './wording.ts'

export type RerenderNeeds = { db: Database; vault: Vault; policy: Policy; wording(): Promise<Wording> }

/** The message of an event as it must read now: «12:43 МСК» of yesterday needs its day. */
export async function rerender(
  needs: RerenderNeeds,
  id: EventId,
  channel: ChannelName,
): Promise<{ message: Message; version: string; staleAt: Date | null; isPrivate: boolean } | undefined> {
  const [stored] = await eventsByIds(needs, [id])
  if (!stored?.content) return undefined
  const [recipients, wording] = await Promise.all([recipientsOf(needs, [stored.clientId]), needs.wording()])
  const recipient = recipients.get(stored.clientId)
  if (!recipient) return undefined
  const to = destinationIn(channel, recipient, needs.policy)
  const rendered = wording.render(stored.content.event, new Date(), to)
  return rendered.ok ? rendered : undefined
}
