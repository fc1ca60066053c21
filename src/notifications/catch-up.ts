import { lockClients, recipientsOf } from '../clients/store.ts'
import type { Vault } from '../clients/vault.ts'
import { databaseNow } from '../db/clock.ts'
import type { Database, Queryable } from '../db/database.ts'
import { deliveryJob } from '../deliveries/jobs.ts'
import { nextOfClients } from '../deliveries/store/decide.ts'
import { insertNext } from '../deliveries/store/insert.ts'
import { missedBy } from '../deliveries/store/missed.ts'
import type { RulesOfBranch } from '../events/branch-rules.ts'
import { earlierFacts, eventsByIds } from '../events/store/read.ts'
import type { ClientId } from '../lib/ids.ts'
import { keyBy } from '../lib/list.ts'
import { noHoldout } from './holdout.ts'
import { type PlanNeeds, planOne } from './plan.ts'
import type { Wording } from './wording.ts'

export type CatchUpNeeds = Pick<
  PlanNeeds,
  'vault' | 'queue' | 'policy' | 'branchRules' | 'handlingOf' | 'wording' | 'onQueueTrouble'
> & { db: Database; onCaughtUp(count: number): void }

/**
 * Does `work` that lets these clients be told (a link, a consent), and in the same transaction plans what of their money
 * could not be told for want of it. Their rows are held meanwhile, so whoever plans a payment of theirs just now comes
 * before, and is seen here, or after, and sees what was done. `also` names those whom only the work found.
 */
export type CatchUp = <T>(
  clients: readonly ClientId[],
  work: (db: Queryable, also: (more: readonly ClientId[]) => void) => Promise<T>,
) => Promise<T>

export function createCatchUp(needs: CatchUpNeeds): CatchUp {
  return async (clients, work) => {
    // Read before the transaction: inside it they would ask for a second connection.
    const [wording, rulesOf] = await Promise.all([needs.wording(), needs.branchRules.read()])
    const { result, told } = await needs.db.transaction(async (db) => {
      const inside = { db, vault: needs.vault }
      const held = new Set((await lockClients(inside, clients)).map((each) => each.id))
      const more: ClientId[] = []
      const result = await work(db, (found) => more.push(...found.filter((each) => !held.has(each))))
      for (const { id } of await lockClients(inside, more)) held.add(id)
      return { result, told: await planMissed({ ...needs, wording, rulesOf }, inside, [...held]) }
    })
    if (told.length > 0) {
      needs.onCaughtUp(told.length)
      await wake(needs, told)
    }
    return result
  }
}

type Inside = { db: Queryable; vault: Vault }

type Known = Pick<CatchUpNeeds, 'policy' | 'handlingOf'> & { wording: Wording; rulesOf: RulesOfBranch }

async function planMissed(needs: Known, inside: Inside, clients: readonly ClientId[]): Promise<ClientId[]> {
  const missed = await missedBy(inside.db, clients)
  if (missed.length === 0) return []
  const now = await databaseNow(inside.db)
  const ids = missed.map((each) => each.eventId)
  const [events, recipients, facts] = await Promise.all([
    eventsByIds(inside, ids),
    recipientsOf(inside, clients),
    earlierFacts(inside.db, ids),
  ])
  const missedOf = keyBy(missed, (each) => each.eventId)
  const told: ClientId[] = []
  for (const stored of events) {
    const recipient = recipients.get(stored.clientId)
    const old = missedOf.get(stored.id)
    if (!recipient || !old) continue
    const known = { earlier: facts.get(stored.id) ?? [], isTold: false }
    const { delivery } = planOne({ ...needs, holdout: noHoldout }, stored, recipient, known, now)
    if (delivery.state !== 'queued' && delivery.state !== 'waiting') continue
    // It began to grow old when it should have been told.
    await insertNext(inside.db, inside.vault, {
      ...delivery,
      notificationId: old.notificationId,
      expiresAt: old.expiresAt,
    })
    told.push(stored.clientId)
  }
  return told
}

async function wake(needs: CatchUpNeeds, clients: readonly ClientId[]): Promise<void> {
  const woken = await nextOfClients(needs.db, [...new Set(clients)])
  const wokenBy = `l${Date.now().toString(36)}`
  try {
    await needs.queue.add(woken.map((each) => deliveryJob({ ...each, wokenBy })))
  } catch (error) {
    needs.onQueueTrouble(error)
  }
}
