import { type ChannelName, channelNames } from '../../channels/channel.ts'
import type { ChannelWeather } from '../../deliveries/store/limits.ts'
import type { HourOfChannel } from '../../journal/weather.ts'
import { formatNumber } from '../../lib/russian/numbers.ts'
import { listed } from '../../lib/russian/text.ts'
import { forbiddenChannels, type Policy } from '../../notifications/policy.ts'
import type { Desk } from '../desk.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, momentTag } from '../frame/moments.ts'
import { channelTitle } from '../frame/pieces.ts'

/** One line a channel that is on; the others are only named. */
export function weatherList(
  weather: readonly ChannelWeather[],
  hours: readonly HourOfChannel[],
  { policy, channels }: Pick<Desk, 'policy' | 'channels'>,
  clock: Clock,
): Html {
  const forbidden = forbiddenChannels(policy, 'service')
  const off = channelNames.filter((name) => !policy.channelsOn.includes(name))
  return html`<ul class="weather">
${policy.channelsOn.map((name) => {
  const seen = weather.find((each) => each.channel === name)
  const hour = hours.find((each) => each.channel === name)
  const way = channels.get(name)?.way?.()
  const isCutOff = way?.working === 0
  const state = forbidden.includes(name) ? closedByLaw : isCutOff ? cutOff : stateOf(seen, clock)
  // The way is how this process sees it; whatever else is wrong all of them know.
  const also = isCutOff && seen && isTroubled(seen, clock) ? stateOf(seen, clock) : nothing
  return html`<li><b>${channelTitle(name)}</b> ${state} ${way ? html`<small>${way.detail}</small>` : nothing} ${also} ${hour ? hourOf(hour) : nothing}</li>`
})}
</ul>
${off.length === 0 ? nothing : html`<p class="quiet">${offText(off)}</p>`}`
}

const closedByLaw = html`<span class="state calm">закрыт</span> Отправка через иностранные мессенджеры запрещена в настройках.`

const cutOff = html`<span class="state bad">нет связи</span>`

function isTroubled({ brokenCount, pausedUntil }: ChannelWeather, { now }: Clock): boolean {
  return brokenCount > 0 || pausedUntil > now
}

function stateOf(seen: ChannelWeather | undefined, clock: Clock): Html {
  if (seen && seen.brokenCount > 0) {
    return html`<span class="state bad">не работает</span> ${
      seen.code === 'no_answer'
        ? 'Мессенджер не отвечает.'
        : 'Мессенджер не принимает токен или запросы сервиса: проверьте настройки канала.'
    }${seen.downSince === null ? nothing : html` С ${momentTag(seen.downSince, clock)}.`} ${codeOf(seen)}`
  }
  if (seen && seen.pausedUntil > clock.now) {
    return html`<span class="state busy">пауза</span> Мессенджер просит слать реже, продолжим ${momentTag(seen.pausedUntil, clock)}. ${codeOf(seen)}`
  }
  return html`<span class="state good">работает</span>`
}

/** Only what was measured: without calls there is nothing to say. */
function hourOf({ taken, refused, lost, medianMs, p95Ms }: HourOfChannel): Html {
  const speed =
    medianMs === null || p95Ms === null
      ? ''
      : `, о деньгах обычно за ${secondsOf(medianMs)} (95 % — за ${secondsOf(p95Ms)})`
  const faults = [refused > 0 ? `отказов ${refused}` : '', lost > 0 ? `ответ потерян ${lost}` : ''].filter(Boolean)
  return html`<small>За час принято ${String(taken)}${speed}${faults.length === 0 ? '' : `; ${faults.join(', ')}`}.</small>`
}

function secondsOf(ms: number): string {
  return `${formatNumber((ms / 1000).toFixed(1))}\u00a0с`
}

function codeOf({ code }: ChannelWeather): Html {
  return code === null ? nothing : html`<small>Ответ мессенджера: <code>${code}</code></small>`
}

function offText(off: readonly ChannelName[]): string {
  return `Не подключены к сервису: ${listed(off.map(channelTitle))}.`
}

/** Those of the owner's channels that take nothing at present. */
export function downChannelsIn(weather: readonly ChannelWeather[], { channelsOn }: Policy): ChannelName[] {
  return channelsOn.filter((name) => weather.some((each) => each.channel === name && each.brokenCount > 0))
}
