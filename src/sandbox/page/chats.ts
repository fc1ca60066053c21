import { type Html, html, nothing } from '../../dashboard/frame/html.ts'
import { bubbles, buttonRows } from './bubbles.ts'
import { clockText } from './moments.ts'
import type { Act, Chat, PageSource } from './source.ts'

/** The list of chats, each with its last words, and the door for a new client. */
export function chatsPart(source: PageSource, chats: readonly Chat[], open: Chat | undefined): Html {
  return html`<nav class="chats" aria-label="Чаты">
<h2>Чаты</h2>
<ul id="chats" data-live>${chats.map((chat) => chatLine(chat, chat.id === open?.id))}</ul>
<details id="newcomer"${chats.length === 0 ? html` open` : nothing}><summary>Новый клиент</summary>
<form method="post" action="/page/clients">
${chatField(open)}
<label>Имя <input name="name" required maxlength="60" autocomplete="off"></label>
${source.newcomerPhone === 'none' ? nothing : phoneField(source.newcomerPhone === 'required')}
<button>Добавить</button>
</form></details>
</nav>`
}

function phoneField(isRequired: boolean): Html {
  return html`<label>Телефон <input name="phone" type="tel" inputmode="tel" autocomplete="off" placeholder="79031234567"${isRequired ? html` required` : nothing}></label>`
}

function chatLine(chat: Chat, isOpen: boolean): Html {
  const last = chat.messages.at(-1)
  const unread = chat.messages.filter(({ from, isRead }) => from === 'bot' && isRead === false).length
  return html`<li><a href="/?chat=${encodeURIComponent(chat.id)}"${isOpen ? html` aria-current="true"` : nothing}>
<span class="face" aria-hidden="true">${chat.name.trim().slice(0, 1).toUpperCase()}</span>
<span class="line-name">${chat.name}</span>
${last === undefined ? nothing : clockText(last.at)}
<span class="line-last">${last === undefined ? chat.state : lastWords(last)}</span>
${unread === 0 ? nothing : html`<span class="unread"><span class="unseen">не прочитано: </span>${unread}</span>`}
</a></li>`
}

function lastWords({ from, text }: Chat['messages'][number]): string {
  const words = text.replace(/\s+/g, ' ').slice(0, 80) || 'Контакт'
  return from === 'person' ? `Вы: ${words}` : words
}

/** One chat as its owner's phone shows it. */
export function chatPart(chat: Chat): Html {
  return html`<section class="phone" id="phone" tabindex="-1" aria-label="Телефон: ${chat.name}">
<header>
<span class="face" aria-hidden="true">В</span>
<div><h2>Вестник</h2><p id="state" data-live><span>${chat.name}: ${chat.state}</span></p></div>
</header>
<form class="acts" method="post" action="/page/act" aria-label="Действия клиента">${chatField(chat)}
${actButtons(chat)}</form>
<div class="screen" tabindex="0" role="log" aria-label="Переписка">
<form method="post" action="/page/press">${chatField(chat)}
<ol id="bubbles" data-live>${bubbles(chat)}</ol></form>
</div>
<div id="notice" data-live role="status">${chat.notice ? html`<p class="notice">${chat.notice}</p>` : nothing}</div>
<form class="say" method="post" action="/page/act">${chatField(chat)}<input type="hidden" name="act" value="say">
<input name="text" required maxlength="4000" autocomplete="off" aria-label="Сообщение боту" placeholder="Сообщение"><button aria-label="Отправить">➤</button></form>
<form class="keys" method="post" action="/page/press">${chatField(chat)}
<div id="keys" data-live>${buttonRows(chat.keyboard, undefined)}</div></form>
<details class="link"><summary>Открыть бота по ссылке</summary>
<form method="post" action="/page/act">${chatField(chat)}<input type="hidden" name="act" value="start">
<label>Код из ссылки <input name="text" autocomplete="off" required></label><button>Открыть</button></form></details>
</section>`
}

/** The box of the rare ones stands outside of what renews itself, so that it stays open. */
function actButtons({ acts, hasStarted, startTitle }: Chat): Html {
  const start: Act = { act: 'start', title: startTitle }
  const common = [start, ...acts].filter(({ isRare }) => !isRare)
  const rare = acts.filter(({ isRare }) => isRare)
  return html`<div id="acts" data-live>${common.map((each) => actButton(each, each === start && !hasStarted))}</div>
<details class="rare"><summary>Ещё</summary><div id="rare" data-live>${rare.map((each) => actButton(each, false))}</div></details>`
}

function actButton({ act, title }: Act, isMain: boolean): Html {
  return html`<button name="act" value="${act}"${isMain ? html` class="main"` : nothing}>${title}</button>`
}

function chatField(chat: Chat | undefined): Html {
  return chat === undefined ? nothing : html`<input type="hidden" name="chat" value="${chat.id}">`
}
