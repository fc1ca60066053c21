import { lockClients, type Recipient, recipientsOf } from '../clients/store.ts'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import type { NewDelivery } from '../deliveries/store/insert.ts'

type Decided<D> = { delivery: NewDelivery; again(recipient: Recipient): D }

const untold: ReadonlySet<string> = new Set(['no_contact', 'no_consent', 'blocked', 'not_found'])

/** Money that cannot be told for want of a contact or a consent: what a link or a «yes» of this very moment would change. */
export function isUntold({ delivery: { lane, reason, test } }: { delivery: NewDelivery }): boolean {
  return lane === 'money' && !test && reason !== null && untold.has(reason)
}

/**
 * Looks once more at what cannot be told, with the clients held: whoever links one of them (catch-up.ts) holds him too, so
 * either his link is seen here, or what is written here is seen there. Must run in the transaction that writes the plans.
 */
export async function judgeAgain<D extends Decided<D>>(
  needs: { db: Queryable; vault: Vault },
  decided: readonly D[],
): Promise<D[]> {
  const ids = [...new Set(decided.filter(isUntold).map(({ delivery }) => delivery.client.id))]
  if (ids.length === 0) return [...decided]
  const held = await lockClients(needs, ids)
  const recipients = await recipientsOf(
    needs,
    held.map((each) => each.id),
  )
  return decided.map((each) => {
    const recipient = isUntold(each) ? recipients.get(each.delivery.client.id) : undefined
    return recipient === undefined ? each : each.again(recipient)
  })
}
