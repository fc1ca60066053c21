import type { ChannelName } from '../channels/channel.ts'
import type { SendMode } from '../deliveries/delivery.ts'
import type { QuietRules } from '../events/branch-rules.ts'

/** What the owner has decided about sending, apart from the texts. */
export type Policy = {
  sendMode: SendMode
  channelOrder: readonly ChannelName[]
  channelsOn: readonly ChannelName[]
  /** 41-ФЗ: this organisation may not use foreign messengers at all. */
  foreignForbidden: boolean
  timezone: string
  /** Of branches without rules of their own. */
  quietHours: QuietRules
}

const foreign: readonly ChannelName[] = ['telegram', 'whatsapp']

/** His own choice comes first, then the owner's order. */
export function orderFor(
  { channelOrder }: Policy,
  own: readonly ChannelName[] | null | undefined,
): readonly ChannelName[] {
  return own ? [...own, ...channelOrder.filter((each) => !own.includes(each))] : channelOrder
}

/** Messengers in which advertising breaks 38-ФЗ (ч. 10.7 ст. 5, ФАС 5.03.2026), or which 41-ФЗ closes altogether. */
export function forbiddenChannels(policy: Policy, purpose: 'service' | 'advertising'): readonly ChannelName[] {
  return policy.foreignForbidden || purpose === 'advertising' ? foreign : []
}

export const defaultQuietHours: QuietRules = { from: 21, to: 9 }
