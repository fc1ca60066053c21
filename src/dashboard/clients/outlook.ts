import type { Client, Consent, Contact } from '../../clients/client.ts'
import type { Reason } from '../../deliveries/delivery.ts'
import { reasonTexts } from '../../deliveries/reasons.ts'
import { latestConsent } from '../../notifications/decide.ts'
import { forbiddenChannels, type Policy } from '../../notifications/policy.ts'
import { route } from '../../notifications/route.ts'
import { channelTitle } from '../frame/pieces.ts'

export type Outlook = { isReachable: boolean; text: string; advice?: string }

/** Whether a message about a payout would leave now, decided by the rules that plan real ones. */
export function outlookOf(
  policy: Policy,
  { client, contacts, consents }: { client: Client; contacts: readonly Contact[]; consents: readonly Consent[] },
): Outlook {
  if (client.erasedAt !== null) return obstacle('erased')
  if (policy.sendMode === 'test') {
    return {
      isReachable: false,
      text: 'Сервис работает в режиме проверки.',
      advice: 'Клиентам ничего не отправляется.',
    }
  }
  const choice = route(contacts, {
    order: policy.channelOrder,
    on: policy.channelsOn,
    forbidden: forbiddenChannels(policy, 'service'),
    teamOnly: policy.sendMode === 'team',
  })
  if (choice.kind === 'none' && choice.reason === 'no_contact') return obstacle('no_contact')
  const consent = latestConsent(consents, 'service')
  if (consent === undefined) return obstacle('no_consent')
  if (!consent.granted) return obstacle('opted_out')
  if (choice.kind === 'none') return obstacle(choice.reason)
  return { isReachable: true, text: `Сообщение о выплате уйдёт в ${channelTitle(choice.contact.channel)}.` }
}

function obstacle(reason: Reason): Outlook {
  const { cause, advice } = reasonTexts[reason]
  return { isReachable: false, text: `Сейчас сообщение не дойдёт. ${cause}`, advice }
}
