import { setTimeout as pause } from 'node:timers/promises'
import type { Channel, ChannelName, Outcome } from '../../channels/channel.ts'
import type { Vault } from '../../clients/vault.ts'
import { heedLimit } from '../../deliveries/spare-slot.ts'
import { takeSlot } from '../../deliveries/store/limits.ts'
import { dayOf } from '../../lib/moment.ts'
import { wallTime } from '../../lib/russian/time.ts'
import { computeDay, type FactNeeds } from '../facts.ts'
import { endDay, giveDayBack, isTaken, readDigest, takeDay } from '../store/digest.ts'
import { composeDigest, dayTold } from './compose.ts'
import type { DigestSettings } from './settings.ts'

export type TellNeeds = FactNeeds & {
  vault: Vault
  channels: ReadonlyMap<ChannelName, Channel>
  /** How many messages a second the bot may send. */
  perSecond(channel: ChannelName): number
  onTold(line: { day: string; channel: ChannelName; outcome: Outcome['kind'] }): void
}

/**
 * Sends today's digest if its hour has come and nobody has sent it: at most once a day. The day is taken before the call; only
 * an answer that says it surely did not leave gives it back, and the next look tries again until the day is over.
 */
export async function tellDigest(needs: TellNeeds, now = new Date()): Promise<void> {
  const settings = await readDigest(needs)
  const today = dayOf(now.getTime(), needs.timezone)
  if (!settings || wallTime(now, needs.timezone).hour < settings.hour || (await isTaken(needs.db, today))) return
  const channel = needs.channels.get(settings.channel)
  if (!channel) return
  await computeDay(needs, dayTold(settings.hour, now, needs.timezone).day)
  const { text, picture } = await composeDigest(needs, settings, now)
  const inMs = await takeTurn(needs, settings, today)
  if (inMs === undefined) return
  await pause(inMs)
  const outcome = await channel.send({
    address: settings.address,
    deliveryId: `digest-${today}`,
    message: { text, ...(picture ? { upload: { name: `vestnik-${today}.png`, bytes: picture } } : {}) },
  })
  await settle(needs, settings, today, outcome)
  needs.onTold({ day: today, channel: settings.channel, outcome: outcome.kind })
}

/** The day and a place in the bot's own budget, both or neither; in how many milliseconds that is. */
async function takeTurn(needs: TellNeeds, { channel }: DigestSettings, day: string): Promise<number | undefined> {
  return await needs.db.transaction(async (db) => {
    const slot = await takeSlot(db, channel, needs.perSecond(channel))
    return slot.kind === 'slot' && (await takeDay(db, day)) ? slot.inMs : undefined
  })
}

async function settle({ db }: TellNeeds, { channel }: DigestSettings, day: string, outcome: Outcome): Promise<void> {
  await heedLimit({ db, channel }, outcome)
  if (outcome.kind === 'limited' || outcome.kind === 'deferred') return await giveDayBack(db, day)
  await endDay(db, day, outcome.kind, outcome.kind === 'sent' ? undefined : outcome.code)
}
