import { type AnswerNeeds, type ChatUpdate, say } from '../chat.ts'
import type { Reply } from '../commands/command.ts'
import { present } from './present.ts'
import { setConversation } from './store.ts'

/** Says an answer with its buttons, or with numbers, which the chat is remembered by. */
export async function tell(needs: AnswerNeeds, update: ChatUpdate, reply: Reply, part = 'answer'): Promise<void> {
  const { name } = needs.channel
  const { message, choices } = present(name, reply)
  if (choices) await setConversation(needs, { channel: name, address: update.address }, { kind: 'choice', choices })
  await say(needs, update, message, part)
}
