import type { ChannelName } from '../../channels/channel.ts'
import type { Contact } from '../../clients/client.ts'
import { type Reason, reasonSchema } from '../../deliveries/delivery.ts'
import type { Policy } from '../../notifications/policy.ts'
import { otherChannels } from '../../notifications/resend.ts'
import { may } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { csrfField } from '../frame/page.ts'
import { channelTitle } from '../frame/pieces.ts'
import { journalPath } from '../journal/filter.ts'
import type { Line } from '../journal/store.ts'

/** What one can do about a message, in one button. */
export const buttonKinds = [
  'resend',
  'elsewhere',
  'reopen',
  'connect',
  'call',
  'channels',
  'newest',
  'event',
  'template',
] as const
export type ButtonKind = (typeof buttonKinds)[number]

/** The one button of each reason: the tests walk the list. */
export const buttonOf: Record<Reason, ButtonKind> = {
  no_contact: 'connect',
  no_consent: 'connect',
  channel_forbidden: 'connect',
  opted_out: 'call',
  blocked: 'elsewhere',
  not_found: 'elsewhere',
  rejected_by_channel: 'elsewhere',
  channel_off: 'channels',
  channel_down: 'channels',
  config: 'channels',
  network: 'channels',
  rate_limited: 'channels',
  not_team: 'channels',
  expired: 'resend',
  too_late: 'resend',
  template_error: 'template',
  superseded: 'newest',
  test_mode: 'event',
  erased: 'event',
}

export const buttonTitles: Record<ButtonKind, string> = {
  resend: 'Отправить ещё раз',
  elsewhere: 'Отправить другим каналом',
  reopen: 'Клиент разблокировал бота, отправить',
  connect: 'Подключить мессенджер',
  call: 'Позвонить клиенту',
  channels: 'Посмотреть каналы',
  newest: 'Показать все сообщения по документу',
  event: 'Открыть событие',
  template: 'Открыть шаблон',
}

export type ButtonNeeds = {
  operator: Session
  policy: Policy
  /** Of the client of the line. */
  contacts: readonly Contact[]
}

/** One button for a message that has not arrived, one for a repeat of what may have; nothing while it is on its way. */
export function buttonFor(needs: ButtonNeeds, line: Line): Html {
  if (line.decidedAt === null || line.isFollowed) return onItsWay(needs, line)
  if (line.channel === 'sandbox') return nothing
  if (['sent', 'delivered', 'unknown'].includes(line.state)) return repeatForm(needs, line)
  const known = reasonSchema.safeParse(line.reason)
  return known.success ? actOf(needs, line, buttonOf[known.data]) : nothing
}

/** It cannot be sent again, but one can look at what holds it. */
function onItsWay(needs: ButtonNeeds, line: Line): Html {
  const known = reasonSchema.safeParse(line.reason)
  if (line.isFollowed || line.state !== 'waiting' || !known.success) return nothing
  return buttonOf[known.data] === 'channels' ? actOf(needs, line, 'channels') : nothing
}

function actOf(needs: ButtonNeeds, line: Line, kind: ButtonKind): Html {
  switch (kind) {
    case 'resend':
      return resendForm(needs, line, { title: buttonTitles.resend })
    case 'elsewhere':
      return elsewhere(needs, line)
    case 'reopen':
      return resendForm(needs, line, { title: buttonTitles.reopen, channel: line.channel ?? undefined, force: true })
    case 'connect':
      return link(`/clients/${line.client.id}#connect`, buttonTitles.connect)
    case 'call':
      return line.client.phone === undefined
        ? link(`/clients/${line.client.id}`, 'Открыть карточку клиента')
        : link(`tel:${line.client.phone}`, buttonTitles.call)
    case 'channels':
      return link('/today#channels', buttonTitles.channels)
    case 'newest':
      return line.operationNumber === null
        ? link(`/clients/${line.client.id}`, 'Открыть карточку клиента')
        : link(journalPath({ q: line.operationNumber }), buttonTitles.newest)
    case 'event':
      return link(`/events/${line.eventId}`, buttonTitles.event)
    case 'template':
      return may(needs.operator, 'manage')
        ? link(`/templates/${line.type}`, buttonTitles.template)
        : link(`/events/${line.eventId}`, buttonTitles.event)
  }
}

/** By the client's next messenger; whoever has no other may have opened this one again. */
function elsewhere(needs: ButtonNeeds, line: Line): Html {
  const [other] = otherChannels(needs.contacts, needs.policy, line.purpose).filter((each) => each !== line.channel)
  if (other !== undefined) {
    return resendForm(needs, line, { title: `Отправить в ${channelTitle(other)}`, channel: other })
  }
  if (line.reason === 'rejected_by_channel') return resendForm(needs, line, { title: buttonTitles.resend })
  const isKnownHere = needs.contacts.some((each) => each.channel === line.channel && each.isCurrent)
  return isKnownHere ? actOf(needs, line, 'reopen') : actOf(needs, line, 'connect')
}

/** Whoever asks for a repeat reads first what the client will read. */
function repeatForm(needs: ButtonNeeds, line: Line): Html {
  if (!may(needs.operator, 'act') || line.test) return nothing
  const channels = otherChannels(needs.contacts, needs.policy, line.purpose)
  if (channels.length === 0) return nothing
  const own = channels.find((each) => each === line.channel)
  return html`<details class="again"><summary>Отправить повторно…</summary>
<form method="post" action="/deliveries/${line.id}/resend">
${csrfField(needs.operator)}<input type="hidden" name="force" value="true">
<p>Сообщение ${line.state === 'unknown' ? 'могло дойти' : 'ушло клиенту'}. Повтор начнётся словами «Повторное сообщение», чтобы его не приняли за вторую выплату.</p>
<label>Через <select name="channel">${channels.map(
    (each) => html`<option value="${each}"${each === own ? html` selected` : nothing}>${channelTitle(each)}</option>`,
  )}</select></label>
<button>Отправить повторно</button></form></details>`
}

function resendForm(
  needs: ButtonNeeds,
  line: Line,
  { title, channel, force }: { title: string; channel?: ChannelName | string | undefined; force?: boolean },
): Html {
  if (!may(needs.operator, 'act')) return nothing
  return html`<form class="act" method="post" action="/deliveries/${line.id}/resend">
${csrfField(needs.operator)}
${channel === undefined ? nothing : html`<input type="hidden" name="channel" value="${channel}">`}
${force ? html`<input type="hidden" name="force" value="true">` : nothing}
<button>${title}</button></form>`
}

function link(href: string, title: string): Html {
  return html`<p class="act"><a class="button" href="${href}">${title}</a></p>`
}
