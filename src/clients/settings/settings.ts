import type { ChannelName } from '../../lib/channel-name.ts'

/** What a client has chosen for himself in the bot; null leaves what the owner has. */
export type ClientSettings = {
  /** Tried first, in this order. */
  channelOrder: readonly ChannelName[] | null
  /** Hours on the clock of the branch in which nothing comes, payouts included. */
  quietHours: OwnQuietHours | null
  /** No sum, no name, no card in any message. */
  privateTexts: boolean
}

export type OwnQuietHours = { from: number; to: number }

export const noSettings: ClientSettings = { channelOrder: null, quietHours: null, privateTexts: false }
