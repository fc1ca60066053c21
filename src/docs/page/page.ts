import { assetPaths } from '../../dashboard/frame/assets.ts'
import { type Html, html } from '../../dashboard/frame/html.ts'
import { catalog } from '../../events/catalog.ts'
import { eventTypes } from '../../events/event.ts'
import { errorCodes, errorTable } from '../../lib/errors.ts'
import { advice } from '../advice.ts'
import { type Method, methods, type OpenApi, type Operation } from '../openapi.ts'
import { call } from './call.ts'
import { fieldList } from './fields.ts'
import { inline, prose } from './prose.ts'

/** `GET /docs`: the document for people. No scripts, nothing from outside. */
export function docsPage(document: OpenApi, stylePath: string): string {
  const { info } = document
  return html`<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Как обращаться к сервису · Вестник</title>
<link rel="stylesheet" href="${assetPaths.style}">
<link rel="stylesheet" href="${stylePath}">
<link rel="icon" href="${assetPaths.icon}" type="image/svg+xml">
</head>
<body>
<a class="skip" href="#main">К содержанию</a>
<header class="top"><div class="top-row">
<a class="brand" href="/"><img src="${assetPaths.icon}" alt="" width="24" height="24"><span>Вестник</span></a>
<span class="user">версия ${info.version}</span>
<a class="leave" href="/openapi.json">openapi.json</a>
</div></header>
<main id="main" class="docs">
<h1>Как обращаться к сервису</h1>
<p class="lead">${info.summary}. Страница для программиста 1С и для всех, кто передаёт события или спрашивает о них.</p>
${contents(document)}
<h2 id="start">С чего начать</h2>
${prose(info.description)}
${keys(document)}
${document.tags.map((tag) => chapter(document, tag))}
${eventChapter(document)}
${errorChapter()}
</main>
</body>
</html>
`.markup
}

type Call = { path: string; method: Method; operation: Operation }

function callsOf(document: OpenApi, tag: string): Call[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method]
      return operation?.tags.includes(tag) ? [{ path, method, operation }] : []
    }),
  )
}

function contents(document: OpenApi): Html {
  const calls = document.tags.flatMap(({ name }) => callsOf(document, name))
  return html`<nav class="contents" aria-label="Содержание"><ul>
<li><a href="#start">С чего начать и какие нужны ключи</a></li>
${calls.map(
  ({ path, method, operation }) =>
    html`<li><a href="#${operation.operationId}">${operation.summary}</a> <small>${method.toUpperCase()} ${path}</small></li>`,
)}
<li><a href="#event">Событие: типы и поля</a></li>
<li><a href="#errors">Все коды ошибок и что делать</a></li>
</ul></nav>`
}

function keys(document: OpenApi): Html {
  const schemes = Object.values(document.components.securitySchemes)
  return html`<h3>Ключи</h3><ul class="plain">${schemes.map(({ description }) => html`<li>${inline(description)}.</li>`)}</ul>`
}

function chapter(document: OpenApi, { name, description }: { name: string; description: string }): Html {
  return html`<h2>${name}</h2><p>${description}</p>
${callsOf(document, name).map(({ path, method, operation }) => call(document, path, method, operation))}`
}

function eventChapter(document: OpenApi): Html {
  const { schemas } = document.components
  const { Event, SenderEvent } = schemas
  return html`<h2 id="event">Событие</h2>
<h3>Типы</h3>
<dl class="fields">${eventTypes.map(
    (type) =>
      html`<div><dt><code>${type}</code></dt><dd>${inline(schemas[type]?.description ?? catalog[type].title)}</dd></div>`,
  )}</dl>
<h3>Поля</h3>
<p>${inline(SenderEvent?.description ?? '')}</p>
${Event === undefined ? '' : fieldList(Event, schemas)}`
}

function errorChapter(): Html {
  return html`<h2 id="errors">Коды ошибок</h2>
<dl class="fields errors">${errorCodes.map(
    (code) =>
      html`<div id="error-${code}"><dt><code>${code}</code> <small>${errorTable[code].status}</small></dt>
<dd>${errorTable[code].text} <span class="advice">${inline(advice[code])}</span></dd></div>`,
  )}</dl>`
}
