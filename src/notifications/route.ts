import type { ChannelName } from '../channels/channel.ts'
import type { Contact } from '../clients/client.ts'
import type { Reason } from '../deliveries/delivery.ts'

export type RoutePolicy = {
  /** The owner's order; channels that are not named come last. */
  order: readonly ChannelName[]
  /** Channels whose token is set. */
  on: readonly ChannelName[]
  /** Channels the law closes for this class of message. */
  forbidden: readonly ChannelName[]
  teamOnly: boolean
}

export type Route = { kind: 'go'; contact: Contact } | { kind: 'none'; state: 'skipped' | 'failed'; reason: Reason }

/** The contact to use, or the reason why there is none: that of the contact that came nearest. */
export function route(contacts: readonly Contact[], policy: RoutePolicy): Route {
  const ranked = contacts
    .filter((each) => each.isCurrent)
    .sort((a, b) => rank(a.channel, policy.order) - rank(b.channel, policy.order))
  let nearest: Route = { kind: 'none', state: 'skipped', reason: 'no_contact' }
  for (const contact of ranked) {
    const obstacle = obstacleTo(contact, policy)
    if (obstacle === null) return { kind: 'go', contact }
    if (nearest.reason === 'no_contact') nearest = { kind: 'none', ...obstacle }
  }
  return nearest
}

function rank(channel: ChannelName, order: readonly ChannelName[]): number {
  const index = order.indexOf(channel)
  return index === -1 ? order.length : index
}

function obstacleTo(contact: Contact, policy: RoutePolicy): { state: 'skipped' | 'failed'; reason: Reason } | null {
  if (policy.forbidden.includes(contact.channel)) return { state: 'skipped', reason: 'channel_forbidden' }
  if (!policy.on.includes(contact.channel)) return { state: 'skipped', reason: 'channel_off' }
  if (policy.teamOnly && !contact.team) return { state: 'skipped', reason: 'not_team' }
  if (contact.blockedReason !== null) return { state: 'failed', reason: contact.blockedReason }
  return null
}
