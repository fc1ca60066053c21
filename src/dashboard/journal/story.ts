import type { AttemptRecord } from '../../journal/search.ts'
import { attemptsOf, receiptsOf } from '../../journal/search.ts'
import { plural } from '../../lib/russian/plural.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, callText, momentTag } from '../frame/moments.ts'
import { cannotTellText, channelTitle, eventTitle, sentText, stateBadge, testMark } from '../frame/pieces.ts'
import { engagementWords, outcomeWords, receiptWords, wordOf } from '../frame/words.ts'
import { type ButtonNeeds, buttonFor } from '../hand/buttons.ts'
import { explain } from './explain.ts'
import type { JournalNeeds, Line } from './store.ts'

type Receipt = { at: Date; state: string }

/** Messages of one client on a time line, each with why it did not arrive, its attempts and its receipts. */
export async function storyOf(needs: JournalNeeds & ButtonNeeds, lines: readonly Line[], clock: Clock): Promise<Html> {
  const ids = lines.map((line) => line.id)
  const attempts = await attemptsOf(needs.db, ids)
  const receipts = await receiptsOf(needs.db, ids)
  return html`<ol class="story" aria-label="Сообщения, новые сверху">
${lines.map((line) => chapter(needs, line, attempts.get(line.id) ?? [], receipts.get(line.id) ?? [], clock))}
</ol>`
}

function chapter(
  needs: ButtonNeeds,
  line: Line,
  attempts: readonly AttemptRecord[],
  receipts: readonly Receipt[],
  clock: Clock,
): Html {
  const text = sentText(line)
  return html`<li id="${line.id}">
<div class="chapter-head">${momentTag(line.at, clock)} <a href="/events/${line.eventId}">${eventTitle(line.type)}</a>
${line.operationNumber === null ? nothing : html`<span class="quiet">${line.operationNumber}</span>`} ${testMark(line.test)}</div>
<p class="chapter-state">${stateBadge(line.state)} ${channelPart(line)}</p>
${text === undefined ? nothing : html`${unsentMark(line)}<blockquote>${text}</blockquote>`}
${why(needs, line, clock)}
${receiptList(line, receipts, clock)}
${attemptList(attempts, line, clock)}
</li>
`
}

function unsentMark({ state }: Line): Html {
  return state === 'skipped' || state === 'failed'
    ? html`<small class="unsent">Текст, который не дошёл:</small>`
    : nothing
}

function channelPart({ channel }: Line): Html {
  return channel === null ? nothing : html`<span>${channelTitle(channel)}</span>`
}

function why(needs: ButtonNeeds, line: Line, clock: Clock): Html {
  const explanation = explain(line, clock)
  const button = buttonFor(needs, line)
  if (!explanation) return button
  const tone = line.state === 'failed' ? 'bad' : line.state === 'unknown' ? 'doubt' : 'calm'
  return html`<div class="why ${tone}"><p><b>Почему:</b> ${explanation.cause}</p><p><b>Что делать:</b> ${explanation.advice}</p>${button}</div>`
}

function receiptList(line: Line, receipts: readonly Receipt[], clock: Clock): Html {
  const silence = line.state === 'sent' && line.channel !== null ? cannotTellText(line.channel) : undefined
  const engagement = receipts.some((each) => each.state === line.engagement) ? null : line.engagement
  const facts = [
    ...receipts.map((each) => html`<li>${wordOf(receiptWords, each.state)} ${momentTag(each.at, clock)}</li>`),
    ...(engagement === null ? [] : [html`<li>${wordOf(engagementWords, engagement)}</li>`]),
    ...(silence === undefined ? [] : [html`<li class="quiet">${silence}</li>`]),
  ]
  return facts.length === 0 ? nothing : html`<ul class="receipts">${facts}</ul>`
}

function attemptList(attempts: readonly AttemptRecord[], line: Line, clock: Clock): Html {
  if (attempts.length === 0) return nothing
  const isOpen = line.state !== 'sent' && line.state !== 'delivered'
  const count = `${attempts.length} ${plural(attempts.length, { one: 'попытка', few: 'попытки', many: 'попыток' })}`
  return html`<details${isOpen ? html` open` : nothing}><summary>${count}</summary>
<ol class="attempts">${attempts.map((each) => attemptItem(each, clock))}</ol>
${next(line, clock)}</details>`
}

function attemptItem(attempt: AttemptRecord, clock: Clock): Html {
  const outcome = attempt.outcome === null ? 'идёт сейчас' : wordOf(outcomeWords, attempt.outcome)
  return html`<li>${momentTag(attempt.at, clock)} <span>${outcome}</span>
${attempt.durationMs === null ? nothing : html`<span class="quiet">за ${callText(attempt.durationMs)}</span>`}
${attempt.code === null ? nothing : html`<small>Подробности: <code>${attempt.code}</code> ${attempt.description ?? ''}</small>`}</li>`
}

function next({ nextAttemptAt, decidedAt }: Line, clock: Clock): Html {
  if (decidedAt !== null || nextAttemptAt === null || nextAttemptAt <= clock.now) return nothing
  return html`<p class="quiet">Следующая попытка: ${momentTag(nextAttemptAt, clock)}</p>`
}
