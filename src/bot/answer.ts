import { noteReply } from '../changes/store.ts'
import type { Channel, Receipt, Update } from '../channels/channel.ts'
import type { Button, Message } from '../channels/message.ts'
import type { Client } from '../clients/client.ts'
import { resolveClients } from '../clients/resolve.ts'
import {
  clientsByAddress,
  clientsByPhone,
  consentsOf,
  linkContact,
  markAddress,
  recordConsent,
  wordingHash,
} from '../clients/store.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import { phoneIn } from '../lib/phone.ts'
import { noteAnswer, type Press, questionText, type ReachOf } from './answer-button.ts'
import { chatConsent, noteChatConsent, noteWrote } from './store.ts'
import { type Brand, buttons, consentWording, texts } from './texts.ts'

export type AnswerNeeds = { db: Database; vault: Vault; channel: Channel; brand: Brand; reachOf: ReachOf }

/**
 * Words of consent bear our own clock: a messenger's moments are whole seconds, and a «/stop» must never look older than
 * the «yes» a moment before it.
 *
 * One update of one chat: what it changes, and what the bot says. The same in every messenger. */
export async function answer(needs: AnswerNeeds, update: Exclude<Update, Receipt>): Promise<void> {
  const { name } = needs.channel
  if (isWord(update)) await noteWrote(needs, { channel: name, address: update.address, at: update.at })
  switch (update.kind) {
    case 'start':
      await markAddress(needs, name, update.address, null)
      return await welcome(needs, update)
    case 'press':
      return await press(needs, update)
    case 'contact':
      return await contact(needs, update)
    case 'text':
      return await text(needs, update)
    case 'blocked':
      return await markAddress(needs, name, update.address, 'blocked')
    case 'unblocked':
      return await markAddress(needs, name, update.address, null)
  }
}

/** Whatever a person does in the chat itself; a block is said of him, not by him. */
function isWord({ kind }: Update): boolean {
  return kind === 'start' || kind === 'text' || kind === 'press' || kind === 'contact'
}

async function welcome(needs: AnswerNeeds, update: Update): Promise<void> {
  const clients = await clientsByAddress(needs, needs.channel.name, update.address)
  if (clients.length > 0 && (await allAgreed(needs, clients)))
    return await say(needs, update, { text: texts.alreadyLinked })
  await say(needs, update, {
    text: `${texts.welcome(needs.brand)}\n\n${texts.consentQuestion(consentWording(needs.brand))}`,
    buttons: consentButtons,
  })
}

const consentButtons: Button[][] = [[{ kind: 'callback', ...buttons.agree }], [{ kind: 'callback', ...buttons.refuse }]]

async function allAgreed(needs: AnswerNeeds, clients: readonly Client[]): Promise<boolean> {
  for (const client of clients) {
    const words = await consentsOf(needs, client.id)
    if (words.find((each) => each.purpose === 'service')?.granted !== true) return false
  }
  return true
}

async function press(needs: AnswerNeeds, update: Press): Promise<void> {
  const answer = await noteAnswer(needs, update)
  await needs.channel.answerPress(update, answer?.word === 'ok' ? texts.understood : undefined)
  if (answer?.word === 'question') return await say(needs, update, { text: await questionText(needs, answer) })
  if (update.payload === buttons.agree.payload) return await agree(needs, update)
  if (update.payload === buttons.refuse.payload) {
    await withdraw(needs, update)
    return await say(needs, update, { text: texts.refused, keyboard: 'remove' })
  }
}

async function agree(needs: AnswerNeeds, update: Update): Promise<void> {
  const { name } = needs.channel
  const clients = await clientsByAddress(needs, name, update.address)
  if (clients.length > 0) {
    for (const client of clients) await grant(needs, client, new Date())
    return await say(needs, update, { text: texts.linked, keyboard: 'remove' })
  }
  const consent = { at: new Date(), wordingHash: wordingHash(consentWording(needs.brand)) }
  await noteChatConsent(needs, name, update.address, consent)
  await say(needs, update, { text: texts.askPhone, keyboard: { requestContact: buttons.sharePhone } })
}

async function grant(needs: AnswerNeeds, client: Client, at: Date): Promise<void> {
  await recordConsent(needs, client.id, {
    purpose: 'service',
    granted: true,
    at,
    givenBy: 'bot',
    channel: needs.channel.name,
    wording: consentWording(needs.brand),
  })
}

/** Only the messenger's own proof links a phone: anybody can forward anybody's card. */
async function contact(needs: AnswerNeeds, update: Extract<Update, { kind: 'contact' }>): Promise<void> {
  if (!update.own) {
    return await say(needs, update, { text: texts.foreignContact, keyboard: { requestContact: buttons.sharePhone } })
  }
  const phone = phoneIn(update.phone)
  if (phone === undefined) return await say(needs, update, { text: texts.badPhone })
  const consent = await chatConsent(needs, needs.channel.name, update.address)
  const clients = await linkPhone(needs, update, phone)
  if (consent) for (const client of clients) await grant(needs, client, consent.at)
  if (consent || (await allAgreed(needs, clients)))
    return await say(needs, update, { text: texts.linked, keyboard: 'remove' })
  await say(needs, update, { text: texts.consentQuestion(consentWording(needs.brand)), buttons: consentButtons })
}

/** Everybody who gave this phone is told here; a phone that no event has named yet becomes a client of its own. */
async function linkPhone(needs: AnswerNeeds, { address, at }: Update, phone: string): Promise<Client[]> {
  return await needs.db.transaction(async (db) => {
    const inTransaction = { db, vault: needs.vault }
    const known = await clientsByPhone(inTransaction, phone)
    const clients = known.length > 0 ? known : await resolveClients(inTransaction, [{ phone }])
    for (const client of clients) {
      await linkContact(inTransaction, client, {
        channel: needs.channel.name,
        address,
        linkedBy: 'bot',
        provedBy: phone,
      })
    }
    await noteWrote(inTransaction, { channel: needs.channel.name, address, at })
    return clients
  })
}

async function text(needs: AnswerNeeds, update: Extract<Update, { kind: 'text' }>): Promise<void> {
  if (/^\/?(stop|стоп|отписаться)$/i.test(update.text.trim())) return await stop(needs, update)
  const { name } = needs.channel
  for (const client of await clientsByAddress(needs, name, update.address)) {
    await noteReply(needs, client, { channel: name, updateKey: update.key, text: update.text })
  }
  await say(needs, update, { text: texts.help })
}

async function stop(needs: AnswerNeeds, update: Update): Promise<void> {
  await withdraw(needs, update)
  await say(needs, update, { text: texts.stopped, keyboard: 'remove' })
}

async function withdraw(needs: AnswerNeeds, update: Update): Promise<void> {
  const { name } = needs.channel
  await noteChatConsent(needs, name, update.address, null)
  for (const client of await clientsByAddress(needs, name, update.address)) {
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

async function say(needs: AnswerNeeds, { address, key, at }: Update, message: Message): Promise<void> {
  await needs.channel.send({ address, message, deliveryId: `answer-${key}`, lastWroteAt: at })
}
