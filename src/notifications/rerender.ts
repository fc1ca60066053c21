import type { Message } from '../channels/message.ts'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import type { KeptEvent } from '../events/kept.ts'
import { eventsByIds } from '../events/store/read.ts'
import type { EventId } from '../lib/ids.ts'
import type { Rendered } from './plan.ts'

/** The message of an event as it must read now: «12:43 МСК» of yesterday needs its day. */
export async function rerender(
  needs: { db: Queryable; vault: Vault; render(event: KeptEvent, now: Date): Rendered },
  id: EventId,
): Promise<Message | undefined> {
  const [stored] = await eventsByIds(needs, [id])
  if (!stored?.content) return undefined
  const rendered = needs.render(stored.content.event, new Date())
  return rendered.ok ? rendered.message : undefined
}
