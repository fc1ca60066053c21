import { type Html, html, nothing } from '../../dashboard/frame/html.ts'
import { chatPart, chatsPart } from './chats.ts'
import { faultsPart } from './faults.ts'
import type { Chat, PageSource } from './source.ts'

export type Visit = { chatId: string | undefined; complaint: string | undefined }

/**
 * One phone of a client, the list of the others, and the faults. It all works by forms; with the script the parts marked
 * `data-live` renew themselves.
 */
export function documentOf(source: PageSource, { chatId, complaint }: Visit): Html {
  const chats = source.chats()
  const chat = chatId === undefined ? latest(chats) : chats.find((each) => each.id === chatId)
  const title = `Эмулятор ${source.title}`
  return html`<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="/page/style.css">
<link rel="icon" href="data:,">
<script src="/page/script.js" defer></script>
</head>
<body data-messenger="${source.messenger}" data-chat="${chat?.id ?? ''}">
<a class="skip" href="#phone">К телефону клиента</a>
<header class="top">
<h1>${title}</h1>
<p id="count" data-live>Дошло сообщений:&nbsp;<b>${source.receivedCount()}</b></p>
<noscript><p><a href="${chat === undefined ? '/' : `/?chat=${encodeURIComponent(chat.id)}`}">Обновить</a></p></noscript>
</header>
<div id="complaint" role="alert">${complaint === undefined ? nothing : html`<p class="complaint">${complaint}</p>`}</div>
<main class="desk">
${chatsPart(source, chats, chat)}
${chat === undefined ? nobody(source, chatId) : chatPart(chat)}
${faultsPart(source.faults, chats, chat)}
</main>
</body>
</html>
`
}

/** Whose phone rang last. */
function latest(chats: readonly Chat[]): Chat | undefined {
  const momentOf = ({ messages }: Chat) => messages.at(-1)?.at.getTime() ?? 0
  return chats.reduce<Chat | undefined>(
    (best, each) => (best && momentOf(best) >= momentOf(each) ? best : each),
    undefined,
  )
}

function nobody({ title }: PageSource, chatId: string | undefined): Html {
  const text = chatId === undefined ? `В ${title} пока никого нет.` : 'Такого клиента нет.'
  return html`<section class="phone empty" id="phone" tabindex="-1" aria-label="Телефон клиента">
<p>${text} Добавьте клиента в списке чатов: его телефон появится здесь.</p></section>`
}
