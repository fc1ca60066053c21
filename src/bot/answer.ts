import { markAddress } from '../clients/store.ts'
import { pressUnderMessage } from './answer-button.ts'
import {
  type AnswerNeeds,
  type ChatUpdate,
  type Listener,
  type Press,
  peopleOf,
  type Start,
  say,
  type Text,
} from './chat.ts'
import { menu } from './commands/menu.ts'
import { pressOfCommand, textOfCommand } from './commands/run.ts'
import { blocked, isWithdrawal, pressOfConsent, stopWord, welcome } from './consent.ts'
import { pressForLink, startByLink } from './link-token.ts'
import { contact } from './linking.ts'
import { noteWrote } from './store.ts'
import { noteWords } from './talk/note-words.ts'
import { tell } from './talk/tell.ts'
import { voiceIn } from './talk/voice.ts'
import { texts } from './texts.ts'
import { typedCode, typedPhone } from './typed-code.ts'

/** Asked from the first to the last; the last one takes what is left. */
const onStart: readonly Listener<Start>[] = [startByLink, welcome]
const onPress: readonly Listener<Press>[] = [
  pressUnderMessage,
  pressForLink,
  pressOfConsent,
  pressOfCommand,
  strangePress,
]
const onText: readonly Listener<Text>[] = [stopWord, typedPhone, typedCode, textOfCommand, reply]

/** One update of one chat: what it changes, and what the bot says. The same in every messenger. */
export async function answer(given: AnswerNeeds, update: ChatUpdate): Promise<void> {
  const { name } = given.channel
  const needs = { ...given, channel: await voiceIn(given, update.address) }
  if (isWord(update)) {
    await noteWrote(needs, { channel: name, address: update.address, at: update.at })
    if (await isFlood(needs, update)) return
  }
  switch (update.kind) {
    case 'start':
      await markAddress(needs, name, update.address, null)
      return await first(onStart, needs, update)
    case 'press':
      return await first(onPress, needs, update)
    case 'contact':
      return await contact(needs, update)
    case 'text':
      return await first(onText, needs, update)
    case 'blocked':
      return await blocked(needs, update)
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

/** What comes too fast is answered by one word, and then by none; a withdrawal is always heard. */
async function isFlood(needs: AnswerNeeds, update: ChatUpdate): Promise<boolean> {
  if (isWithdrawal(update)) return false
  const { name: channel } = needs.channel
  const turn = needs.flood.take(`${channel}:${update.address}`, Date.now())
  if (turn === 'go') return false
  needs.onRefused({ channel, why: 'flood' })
  if (turn === 'warn') await say(needs, update, { text: texts.tooMuch })
  return true
}

/** Whatever a person does in the chat itself; a block is said of him, not by him. */
function isWord({ kind }: ChatUpdate): boolean {
  return kind === 'start' || kind === 'text' || kind === 'press' || kind === 'contact'
}

/** A button of another time or of another chat: it stops turning, and that is all. */
async function strangePress(needs: AnswerNeeds, update: Press): Promise<boolean> {
  needs.onRefused({ channel: needs.channel.name, why: 'press' })
  await needs.channel.answerPress(update, undefined)
  return true
}

async function reply(needs: AnswerNeeds, update: Text): Promise<boolean> {
  const people = await peopleOf(needs, update)
  await noteWords(needs, update, people)
  if (people.length === 0) await say(needs, update, { text: texts.help })
  else await tell(needs, update, menu(people, `${texts.noted}\n\n${texts.help}`))
  return true
}
