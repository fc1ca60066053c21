import { type Html, html } from '../../dashboard/frame/html.ts'

/** As much of Markdown as the descriptions use: paragraphs, lists of «- », `code`. */
export function prose(text: string): Html {
  return html`${text.split('\n\n').map(block)}`
}

function block(text: string): Html {
  const lines = text.split('\n')
  if (lines.every((line) => line.startsWith('- ')))
    return html`<ul class="plain">${lines.map((line) => html`<li>${inline(line.slice(2))}</li>`)}</ul>`
  return html`<p>${inline(text)}</p>`
}

export function inline(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}
