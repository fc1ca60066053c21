import { z } from 'zod'
import { type ChannelName, wayNames } from '../channels/channel.ts'

/** What happened to a message, as the public contract words it (§3.4). */
export const deliveryStates = [
  'queued',
  'waiting',
  'sending',
  'sent',
  'delivered',
  'unknown',
  'failed',
  'skipped',
] as const
export type DeliveryState = (typeof deliveryStates)[number]

export const reasons = [
  'no_contact',
  'no_consent',
  'opted_out',
  'blocked',
  'not_found',
  'channel_off',
  'channel_forbidden',
  'expired',
  'superseded',
  'too_late',
  'test_mode',
  'not_team',
  'rejected_by_channel',
  'template_error',
  'rate_limited',
  'network',
  'channel_down',
  'config',
  'erased',
] as const
export type Reason = (typeof reasons)[number]

/** What is wrong with one channel only: the client may be reached by another. */
export function mayMove(reason: Reason): boolean {
  return movable.has(reason)
}

const movable: ReadonlySet<Reason> = new Set([
  'blocked',
  'not_found',
  'no_contact',
  'channel_off',
  'channel_forbidden',
  'rejected_by_channel',
])

export const engagements = ['read', 'tapped', 'replied'] as const
export type Engagement = (typeof engagements)[number]

/** Money goes first through every shared limit (promise 5). */
export const lanes = ['money', 'ordinary'] as const
export type Lane = (typeof lanes)[number]

export const deliveryStateSchema = z.enum(deliveryStates)
export const reasonSchema = z.enum(reasons)

export type SendMode = 'live' | 'team' | 'test'

/** What must hold at the moment of sending, whatever was planned before (promise 9). */
export type Guard = {
  sendMode: SendMode
  /** The channels that are on. */
  channels: readonly ChannelName[]
  /** Those that the law closes here. */
  forbidden: readonly ChannelName[]
  /** The first moment at or after `now` when a message of that class may leave in that branch. */
  afterQuiet(now: Date, of: QuietQuestion): Date
}

export type QuietQuestion = {
  zone: string
  branch: string | null
  kind: 'money' | 'service' | 'promo'
  /** Hours that the client has chosen for himself. */
  own: { from: number; to: number } | null
}

export const wayNameSchema = z.enum(wayNames)
