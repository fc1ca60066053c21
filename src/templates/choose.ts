import type { ChannelName } from '../channels/channel.ts'

export const templateClasses = ['service', 'promo'] as const
export type TemplateClass = (typeof templateClasses)[number]

/** What a template is for; null is any. */
export type TemplateSlot = {
  type: string
  channel: ChannelName | null
  branchCode: string | null
  class: TemplateClass
}

/** A text in force. */
export type PublishedTemplate = TemplateSlot & { id: string; number: number; text: string; isPrivate: boolean }

export type Wanted = {
  type: string
  /** Of the type: an advertising type has advertising texts only. */
  typeClass: TemplateClass
  channel: ChannelName | null
  branchCode: string | null
  /** The client agreed to advertising, and this channel may carry it. */
  advertising: boolean
}

/**
 * The owner's text for a message, or none: then the text that ships. The branch's own comes before the channel's own, which
 * comes before the common one; among equals the advertising one, where it may be sent. Where a private text fits, only
 * private ones are looked at: no closer template may say what the owner keeps from that messenger. Pure.
 */
export function chooseTemplate(published: readonly PublishedTemplate[], wanted: Wanted): PublishedTemplate | undefined {
  const fitting = published.filter((each) => fits(each, wanted))
  const allowed = fitting.some((each) => each.isPrivate) ? fitting.filter((each) => each.isPrivate) : fitting
  return allowed.reduce<PublishedTemplate | undefined>(
    (best, each) => (best === undefined || closeness(each) > closeness(best) ? each : best),
    undefined,
  )
}

function fits(template: PublishedTemplate, { type, typeClass, channel, branchCode, advertising }: Wanted): boolean {
  if (template.type !== type) return false
  if (template.channel !== null && template.channel !== channel) return false
  if (template.branchCode !== null && template.branchCode !== branchCode) return false
  if (typeClass === 'promo') return template.class === 'promo'
  return template.class === 'service' || advertising
}

function closeness(template: PublishedTemplate): number {
  return (
    (template.branchCode === null ? 0 : 4) + (template.channel === null ? 0 : 2) + (template.class === 'promo' ? 1 : 0)
  )
}
