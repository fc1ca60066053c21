import type { ChannelName } from '../../channels/channel.ts'
import { type Html, html } from '../frame/html.ts'
import { canTellOf, type Tone } from '../frame/words.ts'
import { journalPath } from '../journal/filter.ts'
import type { Count } from './store.ts'

export type TileFacts = {
  counts: readonly Count[]
  events: number
  pending: number
  /** Today, as YYYY-MM-DD. */
  day: string
  channels: readonly ChannelName[]
}

type Tile = { title: string; count: number; href: string; tone: Tone }

/** The day in numbers; each leads to the messages it counts. */
export function tiles(facts: TileFacts): Html {
  return html`<ul class="tiles" aria-label="За сегодня">
${tilesOf(facts).map(
  (each) =>
    html`<li><a href="${each.href}" class="${each.count === 0 ? 'calm' : each.tone}"><b>${each.count.toLocaleString('ru')}</b> <span>${each.title}</span></a></li>`,
)}
</ul>`
}

function tilesOf({ counts, events, pending, day, channels }: TileFacts): Tile[] {
  const of = (state: string) => counts.filter((each) => each.state === state).reduce((sum, each) => sum + each.today, 0)
  const from = day
  const delivered = of('delivered')
  const canTell = channels.some((each) => canTellOf(each)?.delivered) || delivered > 0
  return [
    { title: 'событий принято', count: events, href: journalPath({ from }), tone: 'calm' },
    { title: 'отправлено', count: of('sent'), href: journalPath({ state: 'sent', from }), tone: 'good' },
    ...(canTell
      ? [
          {
            title: 'доставлено',
            count: delivered,
            href: journalPath({ state: 'delivered', from }),
            tone: 'good' as const,
          },
        ]
      : []),
    { title: 'ещё в пути', count: pending, href: journalPath({ state: 'pending' }), tone: 'busy' },
    { title: 'неизвестно', count: of('unknown'), href: journalPath({ state: 'unknown', from }), tone: 'doubt' },
    { title: 'не дошло', count: of('failed'), href: journalPath({ state: 'failed', from }), tone: 'bad' },
    { title: 'не отправлялось', count: of('skipped'), href: journalPath({ state: 'skipped', from }), tone: 'calm' },
  ]
}
