import { type Client, type Consent, type Contact, purposes } from '../../clients/client.ts'
import { latestConsent } from '../../notifications/decide.ts'
import type { Session } from '../access/store.ts'
import { buttonForm, hidden, textField } from '../frame/forms.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { csrfField } from '../frame/page.ts'
import { channelTitle, nameText } from '../frame/pieces.ts'
import { purposeWords } from '../frame/words.ts'

/** Typed by whoever means it. */
export const eraseWord = 'удалить'

type PanelFacts = {
  client: Client
  contacts: readonly Contact[]
  consents: readonly Consent[]
  doubles: readonly Client[]
  operator: Session
}

/** What an operator can do for this client. */
export function clientPanel({ client, contacts, consents, doubles, operator }: PanelFacts): Html {
  const at = `/clients/${client.id}`
  const channels = [...new Set(contacts.map(({ channel }) => channel))]
  const granted = purposes.filter((each) => latestConsent(consents, each)?.granted)
  return html`${doubles.length === 0 ? nothing : doublesPart(client, doubles, operator)}
<section class="card panel" aria-labelledby="client-acts"><h2 id="client-acts">Действия</h2>
<h3>Подключить мессенджер</h3>
<div class="hand-acts">${buttonForm(`${at}/link`, operator, 'QR-код для талона')}${client.phone === undefined ? nothing : buttonForm(`${at}/code`, operator, 'Одноразовый код')}</div>
${channels.length === 0 ? nothing : html`<details><summary>Отключить мессенджер</summary><p>Ждущие сообщения туда тоже не уйдут.</p><div class="hand-acts">${channels.map((channel) => buttonForm(`${at}/unlink`, operator, `Отключить ${channelTitle(channel)}`, hidden({ channel })))}</div></details>`}
${granted.length === 0 ? nothing : html`<details><summary>Отозвать согласие со слов клиента</summary><p>Действует сразу. Вернуть согласие сможет только сам клиент.</p><div class="hand-acts">${granted.map((purpose) => buttonForm(`${at}/withdraw`, operator, `Отозвать: ${purposeWords[purpose]}`, hidden({ purpose })))}</div></details>`}
<details><summary>Удалить данные</summary><p>Имя, телефон, тексты и контакты уничтожаются, сообщения прекращаются. Отменить это нельзя.</p>
<form class="form" method="post" action="${at}/erase">${csrfField(operator)}${textField('word', `Впишите слово «${eraseWord}»`, '', { required: true, max: 20 })}<p><button class="danger">Удалить навсегда</button></p></form></details>
</section>`
}

function doublesPart(client: Client, doubles: readonly Client[], operator: Session): Html {
  return html`<section class="notice doubles"><h2>Похоже, это один человек</h2>
<p>Тот же телефон записан ещё у ${doubles.length === 1 ? 'одного клиента' : 'нескольких клиентов'}. На одном телефоне бывают и разные люди: сравните имена.</p>
<ul>${doubles.map(
    (
      double,
    ) => html`<li><a href="/clients/${double.id}">${nameText({ ...double, isErased: false })}</a>${double.externalId === null ? nothing : html` <small>${double.externalId}</small>`}
<form class="form" method="post" action="/clients/${client.id}/merge">${csrfField(operator)}${hidden({ from: double.id })}
<label class="check"><input type="checkbox" name="sure" value="true" required> Это один человек; отменить нельзя</label>
<p><button class="small">Объединить с этой карточкой</button></p></form></li>`,
  )}</ul></section>`
}
