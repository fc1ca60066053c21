import { type Html, html, nothing } from '../../dashboard/frame/html.ts'
import { type Content, type Method, mediaOf, type OpenApi, type Operation, type Response } from '../openapi.ts'
import { fieldList, parameterList } from './fields.ts'
import { inline, prose } from './prose.ts'

type Refs = OpenApi['components']['schemas']

/** One call: what it does, what it takes, what it answers, what may go wrong. */
export function call(document: OpenApi, path: string, method: Method, operation: Operation): Html {
  const { schemas } = document.components
  const body = operation.requestBody
  const [status, answer] = Object.entries(operation.responses).find(([each]) => each.startsWith('2')) ?? []
  return html`<section class="call" id="${operation.operationId}">
<h3><span class="verb ${method}">${method.toUpperCase()}</span> <code>${broken(path)}</code></h3>
<p class="lead">${operation.summary}</p>
${operation.description === undefined ? nothing : prose(operation.description)}
${operation.parameters.length === 0 ? nothing : html`<h4>Параметры</h4>${parameters(operation)}`}
${body === undefined ? nothing : html`<h4>Тело</h4>${body.description === undefined ? nothing : html`<p>${inline(body.description)}</p>`}${bodyPart(path, body.content, schemas)}`}
${answer === undefined ? nothing : html`<h4>Ответ ${status}</h4>${answerPart(answer, schemas)}`}
<h4>Ошибки</h4>
${errors(operation)}
</section>`
}

function bodyPart(path: string, content: Content, refs: Refs): Html {
  // The body of /webhooks is one of many things: its fields have a chapter of their own.
  const fields = path.startsWith('/webhooks')
    ? html`<p>Поля — в разделе <a href="#event">«Событие»</a>.</p>`
    : html`<details open><summary>Поля тела</summary>${fieldList(mediaOf(content).schema, refs)}</details>`
  return html`${examples(content)}${fields}`
}

function answerPart(response: Response, refs: Refs): Html {
  const { schema } = mediaOf(response.content)
  return html`<p>${response.description}</p>${examples(response.content)}
<details><summary>Поля ответа</summary>${fieldList(schema, refs)}</details>`
}

function parameters({ parameters: all }: Operation): Html {
  const titles = { path: 'В адресе', query: 'После «?»', header: 'Заголовки' } as const
  return html`${(['path', 'query', 'header'] as const).map((place) => {
    const here = all.filter((each) => each.in === place)
    return here.length === 0 ? nothing : html`<p class="place">${titles[place]}</p>${parameterList(here)}`
  })}`
}

function examples(content: Content): Html {
  const all = Object.values(mediaOf(content).examples ?? {})
  const [only] = all
  if (all.length === 1 && only) return code(only.value)
  return html`${all.map(
    ({ summary, value }, index) =>
      html`<details${index === 0 ? html` open` : nothing}><summary>${summary}</summary>${code(value)}</details>`,
  )}`
}

/** A block that scrolls must be reached by the keyboard. */
function code(value: unknown): Html {
  return html`<pre tabindex="0">${JSON.stringify(value, null, 2)}</pre>`
}

function errors({ responses }: Operation): Html {
  const refused = Object.entries(responses).filter(([status]) => !status.startsWith('2'))
  return html`<ul class="codes">${refused.map(([status, { content }]) => {
    const codes = Object.keys(mediaOf(content).examples ?? {})
    return html`<li><b>${status}</b> ${codes.map((each) => html`<a href="#error-${each}"><code>${each}</code></a> `)}</li>`
  })}</ul>`
}

/** Long addresses break after a slash. */
function broken(path: string): Html {
  return html`${path.split('/').map((part, index) => (index === 0 ? part : html`/<wbr>${part}`))}`
}
