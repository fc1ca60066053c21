import { setTimeout as pause } from 'node:timers/promises'
import type { Channel, ChannelName } from '../../channels/channel.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Database } from '../../db/database.ts'
import type { SendMode } from '../../deliveries/delivery.ts'
import type { SlotLimits } from '../../deliveries/slots.ts'
import { pauseBot } from '../../deliveries/store/limits.ts'
import { takeSpareSlot } from '../../deliveries/store/spare-slot.ts'
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
/** The row of the budget is the money's: it is not asked more often than this. */
const shortestPauseMs = 100

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
  const isMuted = !(await mayAnswer(needs, address))
  return {
    ...channel,
    answerPress: async (press, notice) => {
      if (!isMuted) await channel.answerPress(press, notice)
    },
    send: async (request) => {
      const tell = (result: AnswerResult) => onAnswer({ channel: channel.name, result })
      if (isMuted || !(await waitForSlot(needs))) {
        tell(isMuted ? 'muted' : 'no_budget')
        return { kind: 'deferred', reason: 'channel_down', code: isMuted ? 'muted' : 'no_budget', description: '' }
      }
      const outcome = await channel.send(request)
      if (outcome.kind === 'limited' && outcome.scope === 'bot') {
        const { retryAfterMs: ms, code, description } = outcome
        await pauseBot(needs.db, channel.name, { ms, code, description, brokenCount: 0 })
      }
      tell(outcome.kind === 'sent' ? 'sent' : 'failed')
      return outcome
    },
  }
}

const lines = new Map<ChannelName, Promise<unknown>>()

/** One answer of a messenger at a time asks for its place, so that a crowd of them does not hold up the messages. */
async function waitForSlot(needs: VoiceNeeds): Promise<boolean> {
  const { name } = needs.channel
  const deadline = performance.now() + longestWaitMs
  const mine = (lines.get(name) ?? Promise.resolve()).then(() => askForSlot(needs, deadline))
  lines.set(
    name,
    mine.catch(() => {}),
  )
  return await mine
}

async function askForSlot({ db, channel, limits }: VoiceNeeds, deadline: number): Promise<boolean> {
  while (performance.now() < deadline) {
    const slot = await takeSpareSlot(db, channel.name, limits)
    if (slot.kind === 'slot') {
      if (slot.inMs > 0) await pause(slot.inMs)
      return true
    }
    await pause(Math.min(Math.max(slot.inMs, shortestPauseMs), Math.max(0, deadline - performance.now())))
  }
  return false
}
