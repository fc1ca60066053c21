import type { ChannelName } from '../lib/channel-name.ts'
import type { ClientId, QuestionId } from '../lib/ids.ts'

export const questionStates = ['open', 'answered', 'closed'] as const
export type QuestionState = (typeof questionStates)[number]

/** What a client asked in the chat with the bot, and what came of it. */
export type Question = {
  id: QuestionId
  state: QuestionState
  at: Date
  channel: ChannelName
  branch: string | null
  client: {
    id: ClientId
    externalId: string | null
    phone: string | undefined
    fullName: string | undefined
    /** He wants no sums in his messages: whoever answers should name none. */
    privateTexts: boolean
  }
  /** Undefined once the client was erased. */
  text: string | undefined
  answer: { text: string | undefined; at: Date; by: string; eventId: string | null } | null
}

/** Whose questions somebody may see; null means all branches. Of `branches`, also those of their clients that name none. */
export type QuestionScope = { branchCode: string | null; branches?: readonly string[] | null }

export type QuestionFilter = {
  state?: QuestionState | undefined
  branch?: string | undefined
  /** Only those asked before this one. */
  before?: QuestionId | undefined
}
