import { LRUCache } from 'lru-cache'

export type Flood = {
  /** `warn` once, when a chat has used up its answers; `silent` until it has been quiet for a while. */
  take(chat: string, nowMs: number): 'go' | 'warn' | 'silent'
}

/** One chat gets so many answers in a minute; then one word of warning, and silence. */
export function createFlood({ answers, windowMs }: { answers: number; windowMs: number }): Flood {
  const chats = new LRUCache<string, { times: number[]; isWarned: boolean }>({ max: 50_000 })
  return {
    take: (chat, nowMs) => {
      const known = chats.get(chat)
      const times = (known?.times ?? []).filter((at) => at > nowMs - windowMs)
      if (times.length < answers) {
        chats.set(chat, { times: [...times, nowMs], isWarned: false })
        return 'go'
      }
      const isWarned = known?.isWarned ?? false
      chats.set(chat, { times, isWarned: true })
      return isWarned ? 'silent' : 'warn'
    },
  }
}
