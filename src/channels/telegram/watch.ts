import { setTimeout as pause } from 'node:timers/promises'
import type { WatchInput, Way } from '../channel.ts'
import { whenUp } from './agent.ts'
import { type Answer, type CallSettings, createApi } from './call.ts'
import { createProxies, type Proxies } from './proxies.ts'

export type WatchSettings = CallSettings & { proxyCheckMs?: number }

const normalCheckMs = 20_000

/**
 * Looks through every proxy as often as that, each by a tunnel of its own: one that opens it and then keeps silent is found out while
 * nobody's message waits for it. Each process has its own view, as it has its own way out.
 */
export async function watch(settings: WatchSettings, proxies: Proxies, { signal, onWay }: WatchInput): Promise<void> {
  const { proxyCheckMs: checkMs = normalCheckMs } = settings
  while (!signal.aborted) {
    await Promise.all(proxies.all.map((each) => look(settings, proxies, each, signal)))
    const way = wayOf(proxies)
    if (!signal.aborted && way) onWay(way)
    const restMs = checkMs * (0.8 + Math.random() * 0.4)
    await pause(restMs, undefined, { signal }).catch(() => undefined)
  }
}

async function look(settings: CallSettings, proxies: Proxies, proxy: URL, signal: AbortSignal): Promise<void> {
  // A connection has a share of the time for each proxy, and no more: one that is too slow for messages must not pass here.
  const connectTimeoutMs = settings.connectTimeoutMs / proxies.all.length
  const api = createApi({ ...settings, connectTimeoutMs }, createProxies([proxy]))
  const over = new AbortController()
  // As long as a connection may take in all: an answer of `getMe` is small, and a busy process reads what has come before it gives up.
  const cancel = whenUp(settings.connectTimeoutMs, () => over.abort())
  try {
    const answer = await api.call('getMe', {}, AbortSignal.any([signal, over.signal]))
    if (signal.aborted) return
    if (isAnswered(answer)) proxies.passes(proxy)
    else proxies.fails(proxy)
  } finally {
    cancel()
    api.close()
  }
}

/** A refusal, of a wrong token too, came from there; so did an error of the messenger itself. */
function isAnswered(answer: Answer): boolean {
  return (
    answer.kind === 'result' || answer.kind === 'refusal' || (answer.kind === 'lost' && /^http_5/.test(answer.code))
  )
}

/** In words for whoever runs the service, without what stands in front of an @. */
export function wayOf(proxies: Proxies): Way | undefined {
  const { all } = proxies
  const current = proxies.current()
  if (current === undefined) return undefined
  const working = proxies.working()
  const place = all.length === 1 ? 'прокси' : `прокси ${all.indexOf(current) + 1} из ${all.length}`
  return {
    working,
    of: all.length,
    detail:
      working === 0
        ? `Ни один прокси не пропускает (всего ${all.length}).`
        : `Через ${place}: ${current.protocol}//${current.host}${working < all.length ? `; не пропускают: ${all.length - working}` : ''}.`,
  }
}
