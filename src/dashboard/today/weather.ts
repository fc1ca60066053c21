import { type ChannelName, channelNames } from '../../channels/channel.ts'
import type { ChannelWeather } from '../../deliveries/store/limits.ts'
import { listed } from '../../lib/russian/text.ts'
import { forbiddenChannels, type Policy } from '../../notifications/policy.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { type Clock, momentTag } from '../frame/moments.ts'
import { channelTitle } from '../frame/pieces.ts'

/** One line a channel that is on; the others are only named. */
export function weatherList(weather: readonly ChannelWeather[], policy: Policy, clock: Clock): Html {
  const forbidden = forbiddenChannels(policy, 'service')
  const off = channelNames.filter((name) => !policy.channelsOn.includes(name))
  return html`<ul class="weather">
${policy.channelsOn.map((name) => {
  const seen = weather.find((each) => each.channel === name)
  return html`<li><b>${channelTitle(name)}</b> ${forbidden.includes(name) ? closedByLaw : stateOf(seen, clock)}</li>`
})}
</ul>
${off.length === 0 ? nothing : html`<p class="quiet">${offText(off)}</p>`}`
}

const closedByLaw = html`<span class="state calm">закрыт</span> Отправка через иностранные мессенджеры запрещена в настройках.`

function stateOf(seen: ChannelWeather | undefined, clock: Clock): Html {
  if (seen && seen.brokenCount > 0) {
    return html`<span class="state bad">не работает</span> Мессенджер не принимает токен или запросы сервиса: проверьте настройки канала. ${codeOf(seen)}`
  }
  if (seen && seen.pausedUntil > clock.now) {
    return html`<span class="state busy">пауза</span> Мессенджер просит слать реже, продолжим ${momentTag(seen.pausedUntil, clock)}. ${codeOf(seen)}`
  }
  return html`<span class="state good">работает</span>`
}

function codeOf({ code }: ChannelWeather): Html {
  return code === null ? nothing : html`<small>Ответ мессенджера: <code>${code}</code></small>`
}

function offText(off: readonly ChannelName[]): string {
  return `Не подключены к сервису: ${listed(off.map(channelTitle))}.`
}
