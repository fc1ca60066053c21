import { noteReply } from '../changes/store.ts'
import { markAddress } from '../clients/store.ts'
import { pressUnderMessage } from './answer-button.ts'
import { type AnswerNeeds, type ChatUpdate, type Listener, type Press, peopleOf, say, type Text } from './chat.ts'
import { pressOfConsent, stopWord, welcome } from './consent.ts'
import { contact } from './linking.ts'
import { noteWrote } from './store.ts'
import { texts } from './texts.ts'

/** Asked from the first to the last; the last one takes what is left. */
const onPress: readonly Listener<Press>[] = [pressUnderMessage, pressOfConsent, strangePress]
const onText: readonly Listener<Text>[] = [stopWord, reply]

/** One update of one chat: what it changes, and what the bot says. The same in every messenger. */
export async function answer(needs: AnswerNeeds, update: ChatUpdate): Promise<void> {
  const { name } = needs.channel
  if (isWord(update)) await noteWrote(needs, { channel: name, address: update.address, at: update.at })
  switch (update.kind) {
    case 'start':
      await markAddress(needs, name, update.address, null)
      return await welcome(needs, update)
    case 'press':
      return await first(onPress, needs, update)
    case 'contact':
      return await contact(needs, update)
    case 'text':
      return await first(onText, needs, update)
    case 'blocked':
      return await markAddress(needs, name, update.address, 'blocked')
    case 'unblocked':
      return await markAddress(needs, name, update.address, null)
  }
}

async function first<U extends ChatUpdate>(
  listeners: readonly Listener<U>[],
  needs: AnswerNeeds,
  update: U,
): Promise<void> {
  for (const listener of listeners) if (await listener(needs, update)) return
}

/** Whatever a person does in the chat itself; a block is said of him, not by him. */
function isWord({ kind }: ChatUpdate): boolean {
  return kind === 'start' || kind === 'text' || kind === 'press' || kind === 'contact'
}

/** A button of another time or of another chat: it stops turning, and that is all. */
async function strangePress(needs: AnswerNeeds, update: Press): Promise<boolean> {
  await needs.channel.answerPress(update, undefined)
  return true
}

async function reply(needs: AnswerNeeds, update: Text): Promise<boolean> {
  for (const client of await peopleOf(needs, update)) {
    await noteReply(needs, client, { channel: needs.channel.name, updateKey: update.key, text: update.text })
  }
  await say(needs, update, { text: texts.help })
  return true
}
