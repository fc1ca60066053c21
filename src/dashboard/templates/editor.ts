import { channelNames } from '../../channels/channel.ts'
import type { Session } from '../access/store.ts'
import { hidden, problemNotice, selectField } from '../frame/forms.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { clockOf } from '../frame/moments.ts'
import { csrfField } from '../frame/page.ts'
import { channelTitle } from '../frame/pieces.ts'
import type { Branch } from '../journal/store.ts'
import { diffPart, versionList } from './parts.ts'
import type { Whole } from './shapes.ts'
import { type Slot, slotQuery } from './slot.ts'

export type Editor = {
  slot: Slot
  whole: Whole
  /** What stands in the field. */
  current: { text: string; private: boolean }
  tried: Html
  problem: string | undefined
  notice: Html
  result: Html
  branches: readonly Branch[]
  zone: string
  operator: Session
}

/** The text on one side, what is wrong with it and how it reads on the other; below, what it was and what can be done. */
export function editorBody(editor: Editor): Html {
  const { slot, whole, notice, problem, result } = editor
  const { draft, published, shipped } = whole
  const isChanged = draft !== undefined && draft.text !== (published?.text ?? shipped.text)
  return html`<p><a href="/templates">Все шаблоны</a></p>
<h1>${whole.title}</h1>
${notice}
${problemNotice(problem)}
${slotForm(editor)}
<div class="editor">
${textForm(editor)}
<div class="tried-part" id="tried" aria-live="polite">${editor.tried}</div>
</div>
${result}
${isChanged ? html`<section><h2>Черновик против действующего текста</h2>${diffPart(published?.text ?? shipped.text, draft.text)}</section>` : nothing}
<section><h2>Прогнать настоящий день</h2><form class="form inline" method="post" action="/templates/${slot.type}/shadow">${csrfField(editor.operator)}${hidden(slotQuery(slot))}
<input type="hidden" name="text" value="${editor.current.text}">${editor.current.private ? hidden({ private: 'true' }) : nothing}
<label>День <input type="date" name="date"></label><button class="small">Прогнать</button></form>
<p class="quiet">Без даты — последние сутки. Ничего не отправляется и не сохраняется.</p></section>
<section><h2>Версии</h2>
${whole.versions.length === 0 ? html`<p class="quiet">Своих версий ещё не было: действует текст из поставки.</p>` : versionList(whole.versions, shipped.text, clockOf(editor.zone), (version) => rollbackForm(editor, version.number, 'Вернуть'))}
${published === undefined ? nothing : html`<p>${rollbackForm(editor, 0, 'Вернуть текст из поставки')}</p>`}</section>
${variableList(whole)}`
}

/** Another text of the same event: plain links would be as many as channels times branches. */
function slotForm({ slot, whole, branches }: Editor): Html {
  const channels = [
    { value: '', title: 'любой' },
    ...channelNames.map((value) => ({ value, title: channelTitle(value) })),
  ]
  const places = [{ value: '', title: 'любая' }, ...branches.map(({ code, name }) => ({ value: code, title: name }))]
  return html`<details class="filters"${(slot.channel ?? slot.branch) ? html` open` : nothing}><summary>Для какого канала и площадки</summary>
<form class="form inline" action="/templates/${slot.type}">${selectField('channel', 'Канал', channels, slot.channel ?? '')}${selectField('branch', 'Площадка', places, slot.branch ?? '')}
${
  whole.class === 'promo' && slot.class === undefined
    ? nothing
    : selectField(
        'class',
        'Вид',
        [
          { value: '', title: 'как у события' },
          { value: 'promo', title: 'реклама: только с согласием' },
        ],
        slot.class ?? '',
      )
}
<button class="small">Открыть</button></form></details>`
}

function textForm({ slot, whole, current, operator }: Editor): Html {
  const action = (verb: string) => `/templates/${slot.type}/${verb}`
  const rows = Math.min(24, Math.max(8, current.text.split('\n').length + 2))
  return html`<form class="form" method="post" action="${action('draft')}">${csrfField(operator)}${hidden(slotQuery(slot))}
<label for="text">Текст</label>
<textarea id="text" name="text" rows="${rows}" spellcheck="true" lang="ru" hx-post="${action('try')}" hx-trigger="input changed delay:400ms" hx-target="#tried" hx-include="closest form">${current.text}</textarea>
<label class="check"><input type="checkbox" name="private" value="true"${current.private ? html` checked` : nothing} hx-post="${action('try')}" hx-trigger="change" hx-target="#tried" hx-include="closest form"> Без имени, суммы и карты — для мессенджеров, чьи серверы за границей</label>
<p class="form-end"><button>Сохранить черновик</button> <button class="small quiet" formaction="${action('try')}">Проверить</button>
${whole.draft === undefined ? nothing : html`<button formaction="${action('publish')}" class="strong">Опубликовать черновик</button> <button class="small quiet" formaction="${action('drop')}">Удалить черновик</button>`}</p>
<p class="quiet">${whole.draft === undefined ? 'Клиенты видят действующий текст, пока черновик не опубликован.' : `Есть черновик, версия ${whole.draft.number}. Публикуется сохранённое.`}</p></form>`
}

function rollbackForm({ slot, operator }: Editor, version: number, title: string): Html {
  return html`<form class="act" method="post" action="/templates/${slot.type}/rollback">${csrfField(operator)}${hidden({ ...slotQuery(slot), version: String(version) })}<button class="small quiet">${title}</button></form>`
}

function variableList({ variables }: Whole): Html {
  return html`<details><summary>Что можно написать в {{ }}: ${String(variables.length)}</summary><dl class="variables">${variables.map(
    ({ names, description, example }) =>
      html`<div><dt>${names.map((name) => html`<code>{{ ${name} }}</code> `)}</dt><dd>${description}<small>${example}</small></dd></div>`,
  )}</dl></details>`
}
