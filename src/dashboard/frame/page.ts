import type { FastifyReply, FastifyRequest } from 'fastify'
import { may } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import { assetPaths } from './assets.ts'
import { type Html, html, nothing } from './html.ts'
import { type SectionName, sections } from './sections.ts'

export type Page = {
  title: string
  body: Html
  /** Which entry of the navigation this page is. */
  at?: SectionName
  /** The page has a search field of its own, or should have none. */
  withoutSearch?: boolean
  status?: number
}

export const searchHint = 'Телефон, имя, номер ПСА или документ'

/** Sends the whole page. Pages show people's data: no cache keeps them, and no other site learns their address. */
export function sendPage(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .code(page.status ?? reply.statusCode)
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'same-origin')
    .send(documentOf(page, request.operator))
}

function documentOf(page: Page, operator: Session | undefined): string {
  return html`<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${page.title} · Вестник</title>
<link rel="stylesheet" href="${assetPaths.style}">
<link rel="icon" href="${assetPaths.icon}" type="image/svg+xml">
<meta name="htmx-config" content='{"allowEval":false,"includeIndicatorStyles":false,"historyEnabled":false,"selfRequestsOnly":true}'>
<script src="${assetPaths.htmx}" defer></script>
<script src="${assetPaths.script}" defer></script>
</head>
<body>
<a class="skip" href="#main">К содержанию</a>
${operator === undefined ? nothing : header(page, operator)}
<main id="main">
${page.body}
</main>
</body>
</html>
`.markup
}

function header(page: Page, operator: Session): Html {
  return html`<header class="top"><div class="top-row">
<a class="brand" href="/today"><img src="${assetPaths.icon}" alt="" width="24" height="24"><span>Вестник</span></a>
<nav aria-label="Разделы">
${sections
  .filter(({ right }) => may(operator, right))
  .map(({ name, path, title }) => html`<a href="${path}"${current(page.at === name)}>${title}</a>\n`)}</nav>
${page.withoutSearch ? nothing : quickSearch}
<form class="leave" method="post" action="/logout">
${csrfField(operator)}
<a class="user" href="/password" title="Вы вошли под этим именем; сменить пароль">${operator.userName}</a>
<button class="quiet">Выйти</button>
</form>
</div></header>`
}

const quickSearch = html`<form class="quick" action="/journal" role="search">
<input type="search" name="q" placeholder="${searchHint}" aria-label="${searchHint}" autocomplete="off" data-hotkey="/">
<button>Найти</button>
</form>`

export function csrfField(operator: Session): Html {
  return html`<input type="hidden" name="_csrf" value="${operator.csrf}">`
}

function current(is: boolean): Html {
  return is ? html` aria-current="page"` : nothing
}
