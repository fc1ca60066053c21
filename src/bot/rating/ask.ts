import type { Channel, ChannelName } from '../../channels/channel.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Database } from '../../db/database.ts'
import type { Guard } from '../../deliveries/delivery.ts'
import type { Reply } from '../commands/command.ts'
import { payloadOf, shortId } from '../payload.ts'
import { present } from '../talk/present.ts'
import { setConversation } from '../talk/store.ts'
import { type DueRating, putOffRating, takeDueRatings } from './store.ts'

export type RatingNeeds = {
  db: Database
  vault: Vault
  guard(): Promise<Guard>
  /** The channel as the bot may use it in that chat; undefined when it is off, or may not speak there. */
  voiceIn(channel: ChannelName, address: string): Promise<Channel | undefined>
  onTrouble(error: unknown): void
}

const mostAtOnce = 20

/** Asks those whose payout came half an hour ago how it went: by day, once, in the chat where they were told of it. */
export async function askForRatings(needs: RatingNeeds): Promise<void> {
  const due = await takeDueRatings(needs, mostAtOnce)
  if (due.length === 0) return
  const guard = await needs.guard()
  for (const each of due) await askOne(needs, guard, each).catch(needs.onTrouble)
}

async function askOne(needs: RatingNeeds, guard: Guard, due: DueRating): Promise<void> {
  const now = new Date()
  const voice = due.isWanted && isOpen(due, now) ? await needs.voiceIn(due.channel, due.address) : undefined
  if (!voice) return await putOffRating(needs.db, due.event, null)
  const { zone, branch, ownQuiet: own } = due
  const at = guard.afterQuiet(now, { zone, branch, kind: 'service', own })
  if (at > now) return await putOffRating(needs.db, due.event, at)
  const { message, choices } = present(due.channel, questionAbout(due))
  if (choices) await setConversation(needs, due, { kind: 'choice', choices })
  await voice.send({
    address: due.address,
    message,
    deliveryId: `rate-${due.delivery}`,
    lastWroteAt: due.lastWroteAt,
  })
}

/** WhatsApp lets us speak freely only within a day after he wrote. */
function isOpen({ channel, lastWroteAt }: DueRating, now: Date): boolean {
  return channel !== 'whatsapp' || (lastWroteAt !== undefined && now.getTime() - lastWroteAt.getTime() < 23 * 3_600_000)
}

function questionAbout({ client, delivery }: DueRating): Reply {
  return {
    text: 'Как прошла выплата? Оцените от 1 до 5, где 5 — отлично.',
    options: [
      [1, 2, 3, 4, 5].map((score) => ({
        label: String(score),
        payload: payloadOf('rate', client, `${score}.${shortId(delivery)}`),
      })),
    ],
  }
}
