import type { Client, ConsentAct } from '../../clients/client.ts'
import type { ProvedConsent } from '../../clients/consents/store.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, momentTag } from '../frame/moments.ts'
import { channelTitle, emptyState, nameText } from '../frame/pieces.ts'
import { givenByWords, purposeWords } from '../frame/words.ts'

const actWords: Record<ConsentAct, string> = {
  button: 'кнопкой в боте',
  stop: 'словом «стоп» в чате',
  api: 'передано учётной системой',
  event: 'передано вместе с событием',
  import: 'загружено из файла',
  block: 'клиент заблокировал бота',
  operator: 'записано оператором со слов клиента',
}

/** Every word of a client, newest first, with the text that he read. */
export function consentsBody(client: Client, words: readonly ProvedConsent[], clock: Clock, mayTake: boolean): Html {
  return html`<h1>Согласия: <a href="/clients/${client.id}">${nameText({ ...client, isErased: false })}</a></h1>
${mayTake ? html`<p class="act"><a class="button" href="/clients/${client.id}/consents.json" download>Скачать доказательство</a></p>` : nothing}
${words.length === 0 ? emptyState('Согласий нет', 'Здесь появится каждое согласие и каждый отказ клиента.') : html`<ul class="rows">${words.map((each) => item(each, clock))}</ul>`}`
}

function item(word: ProvedConsent, clock: Clock): Html {
  const how = word.act ? actWords[word.act] : givenByWords[word.givenBy]
  return html`<li class="stack"><div><span class="state ${word.granted ? 'good' : 'bad'}">${word.granted ? 'согласие' : 'отказ'}</span> <b>${purposeWords[word.purpose]}</b>
<small>${momentTag(word.at, clock)}, ${how}${word.channel === null ? '' : `, ${channelTitle(word.channel)}`}${word.isCurrent ? '' : '; не действует: дано с прежнего телефона'}</small></div>
${word.wording === null ? nothing : html`<details><summary>Текст</summary><blockquote class="asked">${word.wording}</blockquote>${word.wordingHash === null ? nothing : html`<p class="quiet hash">SHA-256 ${word.wordingHash}</p>`}</details>`}</li>`
}
