import { setTimeout as pause } from 'node:timers/promises'
import { senderKey } from '../support/service.ts'
import type { Chunk, Fact } from './town.ts'

/** What the senders have seen: the ids of what was answered 200, and every answer by its status. */
export type Posted = {
  ids: Map<Fact, string>
  answers: Map<string, number>
  complaints: string[]
}

export type PostOrder = {
  url: string
  lanes: Chunk[][]
  /** Events a second, all senders together. */
  pace: number
  deadlineMs: number
}

/**
 * Posts as 1C does: each sender one request after another, and the same request again until it was answered 200. Nothing
 * but 200 and 503 is an answer to expect; no answer at all is what a killed process leaves.
 */
export async function postAll(order: PostOrder, posted: Posted): Promise<void> {
  const startedAt = performance.now()
  let sent = 0
  const lane = async (chunks: Chunk[]) => {
    for (const chunk of chunks) {
      const dueAt = startedAt + (sent / order.pace) * 1000
      sent += chunk.facts.length
      await pause(Math.max(0, dueAt - performance.now()))
      await postSurely(order, chunk, posted)
    }
  }
  await Promise.all(order.lanes.map(lane))
}

async function postSurely({ url, deadlineMs }: PostOrder, chunk: Chunk, posted: Posted): Promise<void> {
  const deadline = Date.now() + deadlineMs
  const body = JSON.stringify(chunk.isSingle ? chunk.facts[0]?.body : chunk.facts.map((each) => each.body))
  for (;;) {
    const answer = await post(url, body)
    count(posted.answers, answer.status)
    if (answer.status === '200') return note(chunk, answer.results, posted)
    if (!['503', 'none'].includes(answer.status))
      posted.complaints.push(`answered ${answer.status}: ${answer.text.slice(0, 200)}`)
    if (Date.now() > deadline) throw new Error(`not taken in ${deadlineMs} ms, the last answer: ${answer.status}`)
    await pause(250)
  }
}

type Result = { index: number; id: string; status: string }
type Answer = { status: string; results: Result[]; text: string }

async function post(url: string, body: string): Promise<Answer> {
  try {
    const answer = await fetch(`${url}/webhooks/1c`, {
      method: 'POST',
      headers: { authorization: `Bearer ${senderKey}`, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(20_000),
    })
    const text = await answer.text()
    const results = answer.status === 200 ? (JSON.parse(text) as { results: Result[] }).results : []
    return { status: String(answer.status), results, text }
  } catch {
    return { status: 'none', results: [], text: '' }
  }
}

function note({ facts }: Chunk, results: readonly Result[], posted: Posted): void {
  for (const [index, fact] of facts.entries()) {
    const result = results.find((each) => each.index === index)
    if (result === undefined || !['accepted', 'duplicate'].includes(result.status)) {
      posted.complaints.push(`event ${fact.number} was answered 200 and ${JSON.stringify(result)}`)
    } else posted.ids.set(fact, result.id)
  }
}

export function count(tally: Map<string, number>, name: string, by = 1): void {
  tally.set(name, (tally.get(name) ?? 0) + by)
}
