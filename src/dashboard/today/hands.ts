import { type DeliveryState, deliveryStateSchema, type Reason, reasonSchema } from '../../deliveries/delivery.ts'
import { reasonTexts } from '../../deliveries/reasons.ts'
import type { ListedInfobase } from '../../events/store/infobases.ts'
import { type Html, html } from '../frame/html.ts'
import { emptyState } from '../frame/pieces.ts'
import { reasonWords, sourceTitle, stateWords } from '../frame/words.ts'
import { journalPath } from '../journal/filter.ts'
import type { Count } from './store.ts'

type Hand = { state: DeliveryState; reason?: Reason; title: string; advice: string; count: number }

/** What somebody should do something about, the doubtful first; each line leads to its messages. */
export function handList(counts: readonly Count[], infobases: readonly ListedInfobase[], sinceDay: string): Html {
  const hands = handsOf(counts)
  const quarantined = infobases.filter((each) => each.state === 'quarantined')
  if (hands.length === 0 && quarantined.length === 0)
    return emptyState('Всё в порядке', 'За три дня нет сообщений, с которыми надо что-то делать.')
  return html`<ul class="hands">
${quarantined.map(infobaseItem)}
${hands.map((each) => {
  const { word, tone } = stateWords[each.state]
  return html`<li><a href="${journalPath({ state: each.state, reason: each.reason, from: sinceDay })}"><span class="state ${tone}">${word}</span>
<span>${each.title}</span> <b>${each.count.toLocaleString('ru')}</b></a><small>${each.advice}</small></li>`
})}
</ul>
<p class="quiet">За три дня, вместе с сегодняшним.</p>`
}

function infobaseItem({ source, infobase, held }: ListedInfobase): Html {
  return html`<li><div class="hand"><span class="state doubt">удержано</span>
<span>${sourceTitle(source)}: новая база «${infobase}»</span> <b>${held.toLocaleString('ru')}</b></div>
<small>Проверьте, не копия ли это рабочей базы. Пока базу не подтвердят, её события клиентам не уйдут.</small></li>`
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
