import type { Outcome, Receipt, WayName } from '../channels/channel.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import type { QueueSystem } from '../queue/queue.ts'
import { deliveryJob } from './jobs.ts'
import { judge } from './retry.ts'
import { noteReceipt } from './store/receipts.ts'

export type ReceiptNeeds = {
  db: Database
  vault: Vault
  queue: Pick<QueueSystem, 'add'>
  onQueueTrouble(error: unknown): void
}

/** A receipt of a messenger; answers how many of our messages it was about (a bot's answers are none of them). */
export async function receive(
  needs: ReceiptNeeds,
  { channel, address, at, receipt }: { channel: WayName; address: string; at: Date; receipt: Receipt },
): Promise<number> {
  const addressIndex = needs.vault.index('address', `${channel}:${address}`)
  const { found, woken } = await noteReceipt(needs.db, {
    channel,
    addressIndex,
    at,
    receipt,
    ...meaningOf(receipt.outcome),
  })
  if (woken.length > 0) {
    const wokenBy = `r${Date.now().toString(36)}`
    await needs.queue.add(woken.map((each) => deliveryJob({ ...each, wokenBy }))).catch(needs.onQueueTrouble)
  }
  return found
}

/** A failure that is told late is judged like one that is told at once. */
function meaningOf(outcome: Outcome | undefined) {
  if (outcome === undefined) return { reason: 'rejected_by_channel' as const, contact: null }
  const { reason, contact } = judge({ outcome, failures: 0, repeat: false, repeats: 'none', brokenCount: 0, jitter: 0 })
  return {
    reason: reason ?? ('rejected_by_channel' as const),
    contact: contact?.kind === 'moved' ? null : (contact?.kind ?? null),
  }
}
