import type { Channel, ChannelName } from '../../channels/channel.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Database } from '../../db/database.ts'
import type { SendMode } from '../../deliveries/delivery.ts'
import type { SlotLimits } from '../../deliveries/slots.ts'
import { heedLimit, waitForSlot } from '../../deliveries/spare-slot.ts'
import { isTeamChat } from './store.ts'

export type VoiceNeeds = {
  db: Database
  vault: Vault
  channel: Channel
  limits: SlotLimits
  sendMode: SendMode
  /** The law closes this messenger here. */
  isForbidden: boolean
  onAnswer(line: { channel: ChannelName; result: AnswerResult }): void
}

export type AnswerResult = 'sent' | 'failed' | 'muted' | 'no_budget'

/** An answer that finds no place in the budget for so long is no answer any more: the client presses again. */
const longestWaitMs = 10_000

/** May the bot speak in this chat at all? The owner's mode and the law hold for its answers as for every message. */
export async function mayAnswer(needs: VoiceNeeds, address: string): Promise<boolean> {
  if (needs.isForbidden || needs.sendMode === 'test') return false
  return needs.sendMode === 'live' || (await isTeamChat(needs, needs.channel.name, address))
}

/**
 * The channel as the bot uses it: from the budget that it shares with the messages, behind the money. Where the bot may not
 * speak nothing leaves, not even what takes the wheel off a button.
 */
export async function voiceIn(needs: VoiceNeeds, address: string): Promise<Channel> {
  const { channel, onAnswer } = needs
  const budget = { db: needs.db, channel: channel.name, perSecond: needs.limits.perSecond }
  const isMuted = !(await mayAnswer(needs, address))
  return {
    ...channel,
    answerPress: async (press, notice) => {
      if (!isMuted) await channel.answerPress(press, notice)
    },
    send: async (request) => {
      const tell = (result: AnswerResult) => onAnswer({ channel: channel.name, result })
      if (isMuted || !(await waitForSlot(budget, longestWaitMs))) {
        tell(isMuted ? 'muted' : 'no_budget')
        return { kind: 'deferred', reason: 'channel_down', code: isMuted ? 'muted' : 'no_budget', description: '' }
      }
      const outcome = await channel.send(request)
      await heedLimit(budget, outcome)
      tell(outcome.kind === 'sent' ? 'sent' : 'failed')
      return outcome
    },
  }
}
