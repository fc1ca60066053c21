import { isFact } from '../../events/kept.ts'
import { eventsByIds } from '../../events/store/read.ts'
import type { AnswerNeeds } from '../chat.ts'
import type { Asked } from '../commands/command.ts'
import { type Operation, operationsOf, type Told } from './operation.ts'
import { eventsOfClient } from './store.ts'
import type { Tone } from './words.ts'

/** So far back the bot looks: some hundred operations. */
const mostEvents = 300

/** What a client may be told of his operations, the newest first. */
export async function operationsFor(needs: AnswerNeeds, { client, contact }: Asked): Promise<Operation[]> {
  const ids = await eventsOfClient(needs.db, client.id, { isTeam: contact.team, limit: mostEvents })
  const stored = await eventsByIds(needs, ids)
  const told = stored.flatMap(({ id, content, receivedAt }): Told[] => {
    const event = content?.event
    if (event === undefined || !isFact(event)) return []
    return [{ id, event, at: event.occurredAt === undefined ? receivedAt : new Date(event.occurredAt) }]
  })
  return operationsOf(told)
}

/** Whether sums may be named: not where the client wants none, nor where the owner keeps them from this messenger. */
export async function toneFor(
  needs: AnswerNeeds,
  { settings }: Asked,
  operation: Operation | undefined,
): Promise<Tone> {
  const branch = operation?.state.event.branch?.code ?? null
  return {
    now: new Date(),
    timezone: needs.timezone,
    isPrivate: settings.privateTexts || (await needs.keepsPrivate(needs.channel.name, branch)),
  }
}
