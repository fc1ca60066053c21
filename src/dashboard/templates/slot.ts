import { z } from 'zod'

/** Which text: of a type, for a channel or any, a branch or any, and a class. */
export type Slot = {
  type: string
  channel?: string | undefined
  branch?: string | undefined
  class?: string | undefined
}

const word = z.string().trim().max(100).catch('').default('')
const input = z.object({ channel: word, branch: word, class: word })

export function slotIn(type: string, given: unknown): Slot {
  const parsed = input.safeParse(given ?? {})
  const { channel = '', branch = '', class: kind = '' } = parsed.data ?? {}
  return { type, channel: channel || undefined, branch: branch || undefined, class: kind || undefined }
}

export function slotQuery({ channel, branch, class: kind }: Slot): Record<string, string> {
  return {
    ...(channel === undefined ? {} : { channel }),
    ...(branch === undefined ? {} : { branch }),
    ...(kind === undefined ? {} : { class: kind }),
  }
}

export function slotPath(slot: Slot, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...slotQuery(slot), ...more })
  return `/templates/${encodeURIComponent(slot.type)}${query.size === 0 ? '' : `?${query}`}`
}
