import { noteReply } from '../../changes/store.ts'
import type { Client } from '../../clients/client.ts'
import type { AnswerNeeds, Text } from '../chat.ts'
import { markReplied } from './store.ts'

/** Whatever he writes of his own is told to whoever listens to changes, also when the bot thinks that it understood it. */
export async function noteWords(needs: AnswerNeeds, update: Text, people: readonly Client[]): Promise<void> {
  const { name: channel } = needs.channel
  for (const client of people) {
    await noteReply(needs, client, { channel, updateKey: update.key, text: update.text })
  }
  await markReplied(needs, { channel, address: update.address })
}
