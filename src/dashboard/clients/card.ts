import { type ChannelName, channelNames } from '../../channels/channel.ts'
import { type Client, type Consent, type Contact, type Purpose, purposes } from '../../clients/client.ts'
import { consentsOf, contactsOf } from '../../clients/store.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { listed } from '../../lib/russian/text.ts'
import { latestConsent } from '../../notifications/decide.ts'
import { forbiddenChannels, type Policy } from '../../notifications/policy.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, momentTag } from '../frame/moments.ts'
import { channelTitle, nameText, phoneText } from '../frame/pieces.ts'
import { givenByWords, linkedByWords, purposeWords, type Tone } from '../frame/words.ts'
import { branchName } from '../journal/store.ts'
import { outlookOf } from './outlook.ts'

export type CardNeeds = { db: Queryable; vault: Vault; policy: Policy }

/** Who the client is, where he can be reached, what he allowed, and whether the next message would reach him. */
export async function clientCard(needs: CardNeeds, client: Client, clock: Clock): Promise<Html> {
  const contacts = await contactsOf(needs, client)
  const consents = await consentsOf(needs, client.id)
  const branch = client.branchCode === null ? null : await branchName(needs.db, client.branchCode)
  const isErased = client.erasedAt !== null
  return html`<section class="card" aria-labelledby="client-name">
<div class="card-head">
<h1 id="client-name"><a href="/clients/${client.id}">${nameText({ ...client, isErased })}</a></h1>
${client.phone === undefined ? nothing : html`<a class="phone" href="tel:${client.phone}">${phoneText(client.phone)}</a>`}
</div>
${outlook(needs, client, contacts, consents)}
<dl class="facts">
${isErased ? nothing : channelNames.flatMap((name) => channelFact(needs, name, contacts, clock))}
${purposes.map((purpose) => fact(purposeWords[purpose], consentState(purpose, consents, clock)))}
${fact('Площадка', branch)}
${fact('Код клиента', client.externalId)}
${fact('Известен с', momentTag(client.createdAt, clock))}
</dl>
${isErased ? nothing : connectSection(needs, contacts)}
</section>`
}

/** How somebody at the counter connects the client: what is open to him and not linked yet. */
function connectSection({ policy }: CardNeeds, contacts: readonly Contact[]): Html {
  const forbidden = forbiddenChannels(policy, 'service')
  const open = policy.channelsOn.filter(
    (name) => !forbidden.includes(name) && !contacts.some((each) => each.channel === name && each.isCurrent),
  )
  if (open.length === 0) return nothing
  return html`<details id="connect" class="connect"><summary>Как подключить мессенджер</summary>
<p>Клиент рядом — «QR-код для талона» в «Действиях» ниже. Или попросите его найти бота компании в ${listed(open.map(channelTitle))}, нажать «Начать», дать согласие и поделиться своим номером: бот сам узнает клиента по телефону. Последнее, что до него не дошло, можно будет отправить здесь же.</p></details>`
}

function outlook(needs: CardNeeds, client: Client, contacts: readonly Contact[], consents: readonly Consent[]): Html {
  const { isReachable, text, advice } = outlookOf(needs.policy, { client, contacts, consents })
  return html`<p class="outlook ${isReachable ? 'good' : 'bad'}"><b>${text}</b> ${advice ?? ''}</p>`
}

function fact(title: string, value: Html | string | null): Html {
  return value === null ? nothing : html`<div><dt>${title}</dt><dd>${value}</dd></div>`
}

/** A channel that is off and was never linked says nothing to an operator. */
function channelFact({ policy }: CardNeeds, name: ChannelName, contacts: readonly Contact[], clock: Clock): Html[] {
  const contact = contacts.find((each) => each.channel === name)
  const isOn = policy.channelsOn.includes(name)
  if (!contact) return isOn ? [fact(channelTitle(name), html`<span class="state calm">не подключён</span>`)] : []
  const { tone, word } = contactState(contact)
  const team = contact.team ? ' · сотрудник' : ''
  return [
    fact(
      channelTitle(name),
      html`<span class="state ${tone}">${word}</span>${isOn ? nothing : html` <span class="state bad">канал выключен</span>`}
<small>подключено ${linkedByWords[contact.linkedBy]}, ${momentTag(contact.linkedAt, clock)}${team}</small>`,
    ),
  ]
}

function contactState(contact: Contact): { tone: Tone; word: string } {
  if (!contact.isCurrent) return { tone: 'doubt', word: 'телефон сменился, нужно подтвердить новый' }
  switch (contact.blockedReason) {
    case 'blocked':
      return { tone: 'bad', word: 'бот заблокирован клиентом' }
    case 'not_found':
      return { tone: 'bad', word: 'чат не найден' }
    case null:
      return { tone: 'good', word: 'подключён' }
  }
}

function consentState(purpose: Purpose, consents: readonly Consent[], clock: Clock): Html {
  const consent = latestConsent(consents, purpose)
  if (!consent) return html`<span class="state calm">согласия нет</span>`
  const where = consent.channel === null ? '' : ` (${channelTitle(consent.channel)})`
  return html`<span class="state ${consent.granted ? 'good' : 'bad'}">${consent.granted ? 'согласие есть' : 'отказ'}</span>
<small>${givenByWords[consent.givenBy]}${where}, ${momentTag(consent.at, clock)}</small>`
}
