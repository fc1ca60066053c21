import type { Client } from '../clients/client.ts'
import { chatState, clientOfToken, forgetTries, mayTry, noteToken, useToken } from '../clients/linking/store.ts'
import { isToken, tokenHash } from '../clients/linking/token.ts'
import { clientById, linkContact } from '../clients/store.ts'
import type { ClientId } from '../lib/ids.ts'
import { type AnswerNeeds, type ChatUpdate, chatOf, type Press, peopleOf, type Start, say } from './chat.ts'
import { allAgreed, consentPress, consentQuestion, grant, sayLinked } from './consent.ts'
import { linkingTexts } from './linking-texts.ts'
import { chatConsent, noteWrote } from './store.ts'
import { buttons, texts } from './texts.ts'

/** He came by a one-time link: from the slip, or one that an operator gave him. Opening it uses nothing up. */
export async function startByLink(needs: AnswerNeeds, update: Start): Promise<boolean> {
  const { payload } = update
  if (payload === undefined || !isToken(payload)) return false
  const hash = tokenHash(payload)
  const mayGuess = await mayTry(needs, chatOf(needs, update))
  const id = mayGuess ? await clientOfToken(needs.db, hash) : undefined
  const client = id === undefined ? undefined : await clientById(needs, id)
  if (!client) {
    needs.onLink({ way: 'link', result: mayGuess ? 'refused' : 'limited' })
    await saySpent(needs, update)
    return true
  }
  const consent = await chatConsent(needs, needs.channel.name, update.address)
  if (consent || (await allAgreed(needs, [client]))) {
    await finish(needs, update, { hash, id: client.id, consent })
    return true
  }
  await noteToken(needs, chatOf(needs, update), hash)
  const { companyName } = needs.brand
  const { wording, rows } = await consentQuestion(needs)
  await say(needs, update, {
    text: `${linkingTexts.invitation(client.fullName, companyName)}\n\n${texts.consentQuestion(wording)}`,
    buttons: rows,
  })
  return true
}

/** The answer to the question of consent, in a chat that came by a link. */
export async function pressForLink(needs: AnswerNeeds, update: Press): Promise<boolean> {
  const pressed = await consentPress(needs, update)
  if (!pressed) return false
  const { tokenHash: hash } = await chatState(needs, chatOf(needs, update))
  if (hash === undefined) return false
  if (!pressed.isGranted) return await refuse(needs, update)
  const id = await clientOfToken(needs.db, hash)
  if (id === undefined) {
    needs.onLink({ way: 'link', result: 'refused' })
    await noteToken(needs, chatOf(needs, update), undefined)
    // Whoever is told of his money here already says «yes» to that.
    if ((await peopleOf(needs, update)).length > 0) return false
    await needs.channel.answerPress(update, undefined)
    await saySpent(needs, update)
  } else {
    await needs.channel.answerPress(update, undefined)
    await finish(needs, update, { hash, id, consent: { at: needs.saidAt, wordingHash: pressed.shownHash } })
  }
  return true
}

/** Whoever is told of his money in this chat already goes on being told: it was not he who was asked. */
async function refuse(needs: AnswerNeeds, update: Press): Promise<boolean> {
  await noteToken(needs, chatOf(needs, update), undefined)
  if ((await peopleOf(needs, update)).length === 0) return false
  await needs.channel.answerPress(update, undefined)
  await say(needs, update, { text: linkingTexts.linkRefused })
  return true
}

type Link = {
  hash: Buffer
  id: ClientId
  consent: { at: Date; wordingHash: string | undefined } | undefined
}

async function finish(needs: AnswerNeeds, update: ChatUpdate, link: Link): Promise<void> {
  const client = await linkOnce(needs, update, link)
  needs.onLink({ way: 'link', result: client ? 'linked' : 'refused' })
  if (!client) return await saySpent(needs, update)
  await sayLinked(needs, update, [client], linkingTexts.linkedByLink(client.fullName))
}

/** The link is used up, the chat is the client's and his consent is kept, all or nothing. */
async function linkOnce(needs: AnswerNeeds, update: ChatUpdate, link: Link): Promise<Client | undefined> {
  const { name: channel } = needs.channel
  const { address, at } = update
  return await needs.catchUp([link.id], async (db) => {
    const inside = { ...needs, db }
    if (!(await useToken(db, link.hash, link.id))) return undefined
    const client = await clientById(inside, link.id)
    if (!client || client.erasedAt !== null) return undefined
    const proof = client.phone === undefined ? {} : { provedBy: client.phone }
    await linkContact(inside, client, { channel, address, linkedBy: 'link', ...proof })
    if (link.consent) await grant(inside, client, link.consent.at, { shownHash: link.consent.wordingHash, address })
    await noteWrote(inside, { channel, address, at })
    await forgetTries(inside, chatOf(needs, update))
    return client
  })
}

async function saySpent(needs: AnswerNeeds, update: ChatUpdate): Promise<void> {
  await say(needs, update, { text: linkingTexts.linkSpent, keyboard: { requestContact: buttons.sharePhone } })
}
