import { type Html, html, nothing } from '../../dashboard/frame/html.ts'
import type { ArmedLine, Chat, FaultOffer, FaultPanel } from './source.ts'

/** What is to go wrong, how many times, for whom; and what was already chosen. */
export function faultsPart(panel: FaultPanel, chats: readonly Chat[], open: Chat | undefined): Html {
  const chatField = open === undefined ? nothing : html`<input type="hidden" name="chat" value="${open.id}">`
  return html`<section class="faults" aria-labelledby="faults-title">
<h2 id="faults-title">Сбои</h2>
<form method="post" action="/page/faults/clear">${chatField}<div id="armed" data-live aria-live="polite">${armedList(panel.armed(), chats)}</div></form>
<form class="fault-form" method="post" action="/page/faults">${chatField}
<fieldset><legend>Что случится со следующей отправкой</legend>
<div id="offers" data-live>${panel.offers().map((offer, index) => offerLine(offer, index === 0))}</div>
</fieldset>
<div class="fault-numbers">
<label>Сколько раз <input name="times" type="number" min="1" max="100" value="1" required></label>
<label class="seconds">Секунд <input name="seconds" type="number" min="1" max="600" value="3" required></label>
<label class="whom">Для кого <select id="whom" name="whom" data-live><option value="">для всех</option>${chats.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}</select></label>
</div>
<button class="main">Устроить сбой</button>
</form>
</section>`
}

function offerLine({ name, title, hint, takesSeconds, isAimed }: FaultOffer, isFirst: boolean): Html {
  const takes = `${takesSeconds ? 'seconds ' : ''}${isAimed ? 'whom' : ''}`
  return html`<label class="offer"><input type="radio" name="fault" value="${name}" data-takes="${takes}"${isFirst ? html` checked` : nothing}>
<span><b>${title}</b><small>${hint}</small></span></label>`
}

function armedList(lines: readonly ArmedLine[], chats: readonly Chat[]): Html {
  if (lines.length === 0) return html`<p class="calm">Сейчас всё исправно.</p>`
  const nameOf = (id: string) => chats.find((each) => each.id === id)?.name ?? id
  return html`<ul class="armed">${lines.map(
    ({ title, left, chatId }) =>
      html`<li><b>${title}</b> ещё ${left}&nbsp;раз${ending(left)}${chatId === undefined ? nothing : html`, ${nameOf(chatId)}`}</li>`,
  )}</ul><button>Убрать все сбои</button>`
}

/** «2 раза», «5 раз». */
function ending(count: number): string {
  const isFew = count % 10 >= 2 && count % 10 <= 4 && (count % 100 < 12 || count % 100 > 14)
  return isFew ? 'а' : ''
}
