import type { ChannelName, Update } from '../channels/channel.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import { closeUpdate, forgottenUpdates, storeUpdate, type UpdateId } from './store.ts'

export type UpdateNeeds = {
  db: Database
  vault: Vault
  answer(channel: ChannelName, update: Update): Promise<void>
  onUpdate(line: {
    channel: ChannelName
    kind: Update['kind'] | 'repeated'
    durationMs: number
    failed?: unknown
  }): void
}

export type Updates = {
  /** Resolves once the update is stored: the messenger may forget it. It is worked afterwards, chat by chat in order. */
  take(channel: ChannelName, update: Update): Promise<void>
  /** Works what a process that died left behind. */
  sweep(): Promise<number>
  idle(): Promise<void>
}

export function createUpdates(needs: UpdateNeeds): Updates {
  const chats = new Map<string, Promise<void>>()

  const work = (id: UpdateId, channel: ChannelName, update: Update) => {
    const chat = `${channel}:${update.address}`
    const before = chats.get(chat) ?? Promise.resolve()
    const mine = before.then(() => workOne(needs, id, channel, update))
    chats.set(chat, mine)
    void mine.finally(() => {
      if (chats.get(chat) === mine) chats.delete(chat)
    })
  }

  return {
    take: async (channel, update) => {
      const id = await storeUpdate(needs, channel, update)
      if (id === undefined) return needs.onUpdate({ channel, kind: 'repeated', durationMs: 0 })
      work(id, channel, update)
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
    await needs.answer(channel, update)
    await closeUpdate(needs, id)
    line()
  } catch (error) {
    line(error)
  }
}
