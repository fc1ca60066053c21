import type { AnswerWord } from '../channels/message.ts'
import { settingsOfClient } from '../clients/settings/store.ts'
import { addressIndex } from '../clients/store.ts'
import { answerIn } from '../deliveries/message.ts'
import { noteTap, type Tapped } from '../deliveries/store/tap.ts'
import type { KeptEvent } from '../events/kept.ts'
import { eventsByIds } from '../events/store/read.ts'
import { noteBotAnswer } from '../journal/bot-answers.ts'
import { formatMoney } from '../lib/russian/numbers.ts'
import { oneLine } from '../lib/russian/text.ts'
import type { AnswerNeeds, Press } from './chat.ts'
import { ask } from './commands/ask.ts'
import type { Reply } from './commands/command.ts'
import { payloadOf } from './payload.ts'
import { tell } from './talk/tell.ts'
import { type QuestionAbout, texts } from './texts.ts'

/** «Понятно» and «Вопрос по выплате» under a message of ours. */
export async function pressUnderMessage(needs: AnswerNeeds, update: Press): Promise<boolean> {
  const answer = await noteAnswer(needs, update)
  if (!answer) return false
  await needs.channel.answerPress(update, answer.word === 'ok' ? texts.understood : undefined)
  if (answer.word === 'question') await tell(needs, update, await questionReply(needs, answer))
  return true
}

/** What a button under a message of ours comes to; undefined when the press is not of such a one, or not of this chat's. */
async function noteAnswer(needs: AnswerNeeds, press: Press): Promise<({ word: AnswerWord } & Tapped) | undefined> {
  const answer = answerIn(press.payload)
  if (!answer) return undefined
  const { name } = needs.channel
  const tapped = await noteTap(needs.db, {
    delivery: answer.delivery,
    channel: name,
    addressIndex: addressIndex(needs.vault, name, press.address),
  })
  return tapped && { word: answer.word, ...tapped }
}

/** Whom to ask about that payout, and what to name. */
async function questionReply(needs: AnswerNeeds, { event: id, isPrivate }: Tapped): Promise<Reply> {
  const [stored] = await eventsByIds(needs, [id])
  const event = stored?.content?.event
  const settings = stored && (await settingsOfClient(needs.db, stored.clientId))
  const { phone, site } = await needs.reachOf(event?.branch)
  const subject = subjectOf(isPrivate || settings?.privateTexts ? undefined : event)
  await noteBotAnswer(needs.db, {
    channel: needs.channel.name,
    branch: event?.branch?.code ?? event?.branch?.name ?? null,
    kind: 'question',
  })
  return {
    text: texts.question({ ...subject, phone, site }),
    ...(stored && { options: [[{ label: ask.label, payload: payloadOf(ask.name, stored.clientId) }]] }),
  }
}

function subjectOf(event: KeptEvent | undefined): Omit<QuestionAbout, 'phone' | 'site'> {
  const amount = event?.payment?.amount ?? event?.operation?.amount
  const shown = (text: string | undefined) => (text === undefined ? undefined : oneLine(text) || undefined)
  return {
    sum: amount === undefined ? undefined : formatMoney(amount, event?.payment?.currency),
    number: shown(event?.operation?.number),
    branch: shown(event?.branch?.name),
  }
}
