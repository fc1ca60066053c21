import type { Button } from '../channels/message.ts'
import type { Client } from '../clients/client.ts'
import { consentsOf, recordConsent, wordingHash } from '../clients/store.ts'
import { type AnswerNeeds, type ChatUpdate, type Press, peopleOf, type Start, say, type Text } from './chat.ts'
import { noteChatConsent } from './store.ts'
import { buttons, consentWording, texts } from './texts.ts'

/*
 * Words of consent bear our own clock: a messenger's moments are whole seconds, and a «/stop» must never look older than
 * the «yes» a moment before it.
 */

export async function welcome(needs: AnswerNeeds, update: Start): Promise<void> {
  const clients = await peopleOf(needs, update)
  if (clients.length > 0 && (await allAgreed(needs, clients)))
    return await say(needs, update, { text: texts.alreadyLinked })
  await say(needs, update, {
    text: `${texts.welcome(needs.brand)}\n\n${texts.consentQuestion(consentWording(needs.brand))}`,
    buttons: consentButtons,
  })
}

const consentButtons: Button[][] = [[{ kind: 'callback', ...buttons.agree }], [{ kind: 'callback', ...buttons.refuse }]]

export async function askConsent(needs: AnswerNeeds, update: ChatUpdate): Promise<void> {
  await say(needs, update, { text: texts.consentQuestion(consentWording(needs.brand)), buttons: consentButtons })
}

export async function allAgreed(needs: AnswerNeeds, clients: readonly Client[]): Promise<boolean> {
  for (const client of clients) {
    const words = await consentsOf(needs, client.id)
    if (words.find((each) => each.purpose === 'service')?.granted !== true) return false
  }
  return true
}

export async function pressOfConsent(needs: AnswerNeeds, update: Press): Promise<boolean> {
  const { payload } = update
  if (payload !== buttons.agree.payload && payload !== buttons.refuse.payload) return false
  await needs.channel.answerPress(update, undefined)
  if (payload === buttons.agree.payload) await agree(needs, update)
  else {
    await withdraw(needs, update)
    await say(needs, update, { text: texts.refused, keyboard: 'remove' })
  }
  return true
}

async function agree(needs: AnswerNeeds, update: Press): Promise<void> {
  const clients = await peopleOf(needs, update)
  if (clients.length > 0) {
    for (const client of clients) await grant(needs, client, new Date())
    return await say(needs, update, { text: texts.linked, keyboard: 'remove' })
  }
  const consent = { at: new Date(), wordingHash: wordingHash(consentWording(needs.brand)) }
  await noteChatConsent(needs, needs.channel.name, update.address, consent)
  await say(needs, update, { text: texts.askPhone, keyboard: { requestContact: buttons.sharePhone } })
}

export async function grant(needs: AnswerNeeds, client: Client, at: Date): Promise<void> {
  await recordConsent(needs, client.id, {
    purpose: 'service',
    granted: true,
    at,
    givenBy: 'bot',
    channel: needs.channel.name,
    wording: consentWording(needs.brand),
  })
}

export async function stopWord(needs: AnswerNeeds, update: Text): Promise<boolean> {
  if (!/^\/?(stop|стоп|отписаться)$/i.test(update.text.trim())) return false
  await withdraw(needs, update)
  await say(needs, update, { text: texts.stopped, keyboard: 'remove' })
  return true
}

async function withdraw(needs: AnswerNeeds, update: ChatUpdate): Promise<void> {
  const { name } = needs.channel
  await noteChatConsent(needs, name, update.address, null)
  for (const client of await peopleOf(needs, update)) {
    for (const purpose of ['service', 'advertising'] as const) {
      await recordConsent(needs, client.id, {
        purpose,
        granted: false,
        at: new Date(),
        givenBy: 'bot',
        channel: name,
        wording: null,
      })
    }
  }
}
