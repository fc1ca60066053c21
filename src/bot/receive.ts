import type { ChannelName, Update } from '../channels/channel.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import { createGate } from '../lib/gate.ts'
import { madeAt } from '../lib/ids.ts'
import { closeUpdate, forgottenUpdates, isOpen, storeUpdates, type UpdateId } from './store.ts'

export type UpdateNeeds = {
  db: Database
  vault: Vault
  /** `keptAt`: when we first had it, however often and however late it is worked. */
  answer(channel: ChannelName, update: Update, keptAt: Date): Promise<void>
  onUpdate(line: {
    channel: ChannelName
    kind: Update['kind'] | 'repeated'
    durationMs: number
    failed?: unknown
  }): void
}

export type Updates = {
  /** Resolves once the updates are stored: the messenger may forget them. They are worked afterwards, chat by chat in order. */
  take(channel: ChannelName, updates: readonly Update[]): Promise<void>
  /** Works what a process that died left behind. */
  sweep(): Promise<number>
  idle(): Promise<void>
}

const storedAtOnce = 1_000

export function createUpdates(needs: UpdateNeeds): Updates {
  const chats = new Map<string, Promise<void>>()
  // Worked a second time behind what came after it, a «yes» would undo a «/stop».
  const inHand = new Set<UpdateId>()
  // Thousands of receipts that come at once must leave connections to the database for everybody else.
  const receipts = createGate(8)
  const talks = createGate(32)

  const work = (id: UpdateId, channel: ChannelName, update: Update) => {
    if (inHand.has(id)) return
    inHand.add(id)
    const chat = `${channel}:${update.address}`
    const before = chats.get(chat) ?? Promise.resolve()
    const gate = update.kind === 'receipt' ? receipts : talks
    const mine = before.then(() => gate(() => workOne(needs, id, channel, update)))
    chats.set(chat, mine)
    void mine.finally(() => {
      inHand.delete(id)
      if (chats.get(chat) === mine) chats.delete(chat)
    })
  }

  return {
    take: async (channel, updates) => {
      for (let from = 0; from < updates.length; from += storedAtOnce) {
        const some = updates.slice(from, from + storedAtOnce)
        const fresh = await storeUpdates(needs, channel, some)
        for (const { id, update } of fresh) work(id, channel, update)
        for (let index = fresh.length; index < some.length; index++)
          needs.onUpdate({ channel, kind: 'repeated', durationMs: 0 })
      }
    },
    sweep: async () => {
      const forgotten = await forgottenUpdates(needs)
      for (const { id, channel, update } of forgotten) work(id, channel, update)
      return forgotten.length
    },
    idle: async () => {
      while (chats.size > 0) await Promise.all(chats.values())
    },
  }
}

async function workOne(needs: UpdateNeeds, id: UpdateId, channel: ChannelName, update: Update): Promise<void> {
  const startedAt = performance.now()
  const line = (failed?: unknown) =>
    needs.onUpdate({
      channel,
      kind: update.kind,
      durationMs: Math.round(performance.now() - startedAt),
      ...(failed === undefined ? {} : { failed }),
    })
  try {
    if (!(await isOpen(needs, id))) return
    await needs.answer(channel, update, madeAt(id))
    await closeUpdate(needs, id)
    line()
  } catch (error) {
    line(error)
  }
}
