import { diffOf } from '../../lib/diff.ts'
import { plural } from '../../lib/russian/plural.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, momentTag } from '../frame/moments.ts'
import { channelTitle } from '../frame/pieces.ts'
import { phoneBubble } from './phone.ts'
import type { Preview, Problem, Shadow, Tried, Version } from './shapes.ts'

/** What is wrong with a text and how it reads: the part of the editor that follows the typing. */
export function triedPart({ problems, sample, events }: Preview): Html {
  return html`${problemList(problems)}
<div class="phones">${sample.map((each) =>
    each.text === undefined
      ? html`<p class="notice bad">${channelTitle(each.channel)}: ${each.error ?? ''}</p>`
      : html`<div>${phoneBubble(each.channel, { text: each.text, buttons: each.buttons })}${each.tooLong ? html`<p class="notice bad">Длиннее, чем принимает ${channelTitle(each.channel)}.</p>` : nothing}</div>`,
  )}</div>
${recentPart(events)}`
}

function problemList(problems: readonly Problem[]): Html {
  if (problems.length === 0) return html`<p class="notice good">Замечаний нет.</p>`
  return html`<ul class="problems">${problems.map(
    ({ severity, message, line, column }) =>
      html`<li class="${severity === 'error' ? 'bad' : 'doubt'}"><span class="state ${severity === 'error' ? 'bad' : 'doubt'}">${severity === 'error' ? 'ошибка' : 'замечание'}</span> строка ${String(line)}, знак ${String(column)}: ${message}</li>`,
  )}</ul>`
}

function recentPart(events: readonly Tried[]): Html {
  const different = events.filter(({ now, draft, error }) => error !== undefined || now !== draft)
  if (events.length === 0) return nothing
  const count = `${different.length} из ${events.length}`
  return html`<details><summary>На последних событиях прочлось бы иначе: ${count}</summary>${triedList(different.slice(0, 10))}</details>`
}

function triedList(tried: readonly Tried[]): Html {
  return html`<ol class="tried">${tried.map((each) =>
    each.error === undefined
      ? html`<li>${diffPart(each.now ?? '', each.draft ?? '')}</li>`
      : html`<li><p class="notice bad">${each.error}</p></li>`,
  )}</ol>`
}

/** What a day of real events would have read like. */
export function shadowPart({ total, same, different, failed, cut, differences }: Shadow): Html {
  const events = plural(total, { one: 'событие', few: 'события', many: 'событий' })
  return html`<section class="card"><h2>Прогон на настоящих событиях</h2>
<p>${String(total)} ${events}: без изменений ${String(same)}, прочлось бы иначе ${String(different)}, не составить ${String(failed)}.${cut ? ' Взяты последние 5000.' : ''} Ничего не отправлено.</p>
${differences.length === 0 ? nothing : html`<details open><summary>Что изменилось бы</summary>${triedList(differences.slice(0, 20))}</details>`}</section>`
}

export function diffPart(before: string, after: string): Html {
  return html`<p class="diff">${diffOf(before, after).map(({ kind, text }) => {
    if (kind === 'same') return html`${text}`
    return kind === 'added' ? html`<ins>${text}</ins>` : html`<del>${text}</del>`
  })}</p>`
}

const stateWords: Record<Version['state'], string> = { draft: 'черновик', published: 'действует', retired: 'прежняя' }

/** Every version beside the one before it. `rollback` is the form that brings one back. */
export function versionList(
  versions: readonly Version[],
  shipped: string,
  clock: Clock,
  rollback: (version: Version) => Html,
): Html {
  return html`<ol class="rows">${versions.map((version, index) => {
    const before = versions[index + 1]?.text ?? shipped
    const by = version.publishedBy ?? version.createdBy
    const at = new Date(version.publishedAt ?? version.createdAt)
    return html`<li class="stack"><div class="row"><div><b>Версия ${String(version.number)}</b> <span class="state ${version.state === 'published' ? 'good' : version.state === 'draft' ? 'busy' : 'calm'}">${stateWords[version.state]}</span>
<small>${by}, ${momentTag(at, clock)}${version.restored === undefined ? nothing : `; вернула текст версии ${version.restored}`}</small></div>
<div class="row-acts">${version.state === 'retired' && version.publishedAt !== undefined ? rollback(version) : nothing}</div></div>
<details><summary>Что изменилось</summary>${diffPart(before, version.text)}</details></li>`
  })}</ol>`
}
