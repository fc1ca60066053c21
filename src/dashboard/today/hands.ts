import type { ChannelName } from '../../channels/channel.ts'
import { type DeliveryState, deliveryStateSchema, type Reason, reasonSchema } from '../../deliveries/delivery.ts'
import { reasonTexts } from '../../deliveries/reasons.ts'
import type { ListedInfobase } from '../../events/store/infobases.ts'
import type { QueueView } from '../../notifications/queues.ts'
import { may } from '../access/rights.ts'
import type { Session } from '../access/store.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, momentTag } from '../frame/moments.ts'
import { csrfField } from '../frame/page.ts'
import { channelTitle, emptyState } from '../frame/pieces.ts'
import { reasonWords, sourceTitle, stateWords } from '../frame/words.ts'
import { journalPath } from '../journal/filter.ts'
import type { Count } from './store.ts'

type Hand = { state: DeliveryState; reason?: Reason; title: string; advice: string; count: number }

export type HandFacts = {
  counts: readonly Count[]
  infobases: readonly ListedInfobase[]
  queues: readonly QueueView[]
  /** Channels that take nothing. */
  down: readonly ChannelName[]
  sinceDay: string
  operator: Session
  clock: Clock
}

/** What somebody should do something about, the gravest first, each with its act. */
export function handList(facts: HandFacts): Html {
  const hands = handsOf(facts.counts)
  const paused = facts.queues.filter((each) => each.mode !== 'running')
  const quarantined = facts.infobases.filter((each) => each.state === 'quarantined')
  if (hands.length + quarantined.length + paused.length + facts.down.length === 0)
    return emptyState('Всё в порядке', 'За три дня нет сообщений, с которыми надо что-то делать.')
  return html`<ul class="hands">
${paused.map((each) => pausedItem(each, facts))}
${facts.down.map(downItem)}
${quarantined.map((each) => infobaseItem(each, facts.operator))}
${hands.map((each) => {
  const { word, tone } = stateWords[each.state]
  return html`<li><a href="${journalPath({ state: each.state, reason: each.reason, from: facts.sinceDay })}"><span class="state ${tone}">${word}</span>
<span>${each.title}</span> <b>${each.count.toLocaleString('ru')}</b></a><small>${each.advice}</small></li>`
})}
</ul>
<p class="quiet">За три дня, вместе с сегодняшним. <a href="/undelivered">Всё, что не дошло, по причинам</a></p>`
}

function pausedItem({ name, title, mode, since, by, waiting, begun, inHand }: QueueView, facts: HandFacts): Html {
  const what = mode === 'paused' ? 'остановлено' : 'доводится начатое'
  // How much waits is said of all branches at once: not to whoever sees only some.
  const isWhole = facts.operator.branches === null
  const hand = inHand + begun === 0 ? '' : `, начато ${inHand + begun}`
  return html`<li><div class="hand"><span class="state busy">${what}</span> <span>${title}</span> ${isWhole ? html`<b>${waiting.toLocaleString('ru')}</b>` : nothing}
${may(facts.operator, 'manage') ? handForm(`/queues/${name}/resume`, facts.operator, 'Пустить') : nothing}</div>
<small>${isWhole ? `Ждёт ${waiting}${hand}. ` : ''}${since === undefined ? nothing : html`С ${momentTag(since, facts.clock)}, ${by ?? ''}.`}</small></li>`
}

function downItem(name: ChannelName): Html {
  return html`<li><a href="#channels"><span class="state bad">не работает</span> <span>${channelTitle(name)}</span></a>
<small>Сообщения ждут или уходят другими каналами. Посмотрите ответ мессенджера и проверьте токен.</small></li>`
}

function infobaseItem({ source, infobase, keyId, held }: ListedInfobase, operator: Session): Html {
  const which = html`<input type="hidden" name="source" value="${source}"><input type="hidden" name="keyId" value="${keyId}"><input type="hidden" name="infobase" value="${infobase}"><input type="hidden" name="back" value="/today">`
  return html`<li><div class="hand"><span class="state doubt">удержано</span>
<span>${sourceTitle(source)}: новая база «${infobase}»</span> <b>${held.toLocaleString('ru')}</b></div>
<small>Проверьте, не копия ли это рабочей базы. Пока базу не подтвердят, её события клиентам не уйдут.</small>
<div class="hand-acts">${handForm('/infobases/confirm', operator, 'База настоящая', which)}${handForm('/infobases/refuse', operator, 'Это копия', which)}</div></li>`
}

export function handForm(action: string, operator: Session, title: string, fields: Html = nothing): Html {
  return html`<form class="act" method="post" action="${action}">${csrfField(operator)}${fields}<button class="small">${title}</button></form>`
}

/** These end by themselves, or are as they should be. */
const needsNobody: ReadonlySet<Reason> = new Set(['superseded', 'test_mode', 'erased', 'rate_limited'])

const order: readonly DeliveryState[] = ['unknown', 'failed', 'waiting', 'skipped']

function handsOf(counts: readonly Count[]): Hand[] {
  const lost = counts.filter((each) => each.state === 'unknown' && each.isDecided)
  const lostCount = lost.reduce((sum, each) => sum + each.recent, 0)
  const hands = counts.flatMap(handOf)
  if (lostCount > 0) {
    hands.push({
      state: 'unknown',
      title: 'ответ мессенджера потерян',
      advice: 'Спросите этих клиентов, пришло ли сообщение.',
      count: lostCount,
    })
  }
  return hands.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.count - a.count)
}

function handOf({ state, reason, recent }: Count): Hand[] {
  const knownState = deliveryStateSchema.safeParse(state)
  const knownReason = reasonSchema.safeParse(reason)
  if (!knownState.success || !knownReason.success || !order.includes(knownState.data)) return []
  if (knownState.data === 'unknown' || needsNobody.has(knownReason.data)) return []
  return [
    {
      state: knownState.data,
      reason: knownReason.data,
      title: reasonWords[knownReason.data],
      advice: reasonTexts[knownReason.data].advice,
      count: recent,
    },
  ]
}
