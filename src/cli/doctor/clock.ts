import { createHttpClient } from '../../channels/http.ts'
import { bad, type Finding, good, warning } from '../../lib/finding.ts'

const remedy =
  'Включите точное время (timedatectl set-ntp true): по часам считаются сроки сообщений, тихие часы и подписи запросов.'

/** @param offMs how far our clock is ahead of the other. */
export function clockFinding(what: string, offMs: number): Finding {
  const seconds = Math.round(Math.abs(offMs) / 1000)
  const detail = `часы ${offMs > 0 ? 'спешат' : 'отстают'} на ${seconds} с`
  if (seconds >= 60) return bad(what, detail, remedy)
  if (seconds >= 5) return warning(what, detail, remedy)
  return good(what, 'часы идут верно')
}

/** Against the Date that a messenger's server gives with any answer (RFC 9110, 6.6.1); undefined when none answers. */
export async function outerClock(roots: readonly string[], deadlineMs: number): Promise<Finding | undefined> {
  const http = createHttpClient({ connectTimeoutMs: deadlineMs / 2 })
  try {
    for (const url of roots) {
      const askedAt = Date.now()
      const answer = await http.send({ method: 'GET', url, deadlineMs })
      const said = answer.kind === 'answer' ? Date.parse(answer.headers.date ?? '') : Number.NaN
      // The header has whole seconds.
      if (Number.isFinite(said))
        return clockFinding(`Часы против ${new URL(url).host}`, (askedAt + Date.now()) / 2 - said - 500)
    }
    return undefined
  } finally {
    http.close()
  }
}
