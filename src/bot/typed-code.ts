import { chatState, forgetTries, mayTry, notePhone, useCode } from '../clients/linking/store.ts'
import { clientById, linkContact } from '../clients/store.ts'
import type { ClientId } from '../lib/ids.ts'
import { phoneIn } from '../lib/phone.ts'
import { type AnswerNeeds, chatOf, peopleOf, say, type Text } from './chat.ts'
import { allAgreed, askConsent, grant, sayLinked } from './consent.ts'
import { linkingTexts } from './linking-texts.ts'
import { chatConsent, noteWrote } from './store.ts'

/** A phone typed by somebody unknown proves nothing: the answer is the same whoever has it, and the code is told elsewhere. */
export async function typedPhone(needs: AnswerNeeds, update: Text): Promise<boolean> {
  const phone = /^[\d\s()+.-]{10,25}$/.test(update.text.trim()) ? phoneIn(update.text) : undefined
  if (phone === undefined || (await peopleOf(needs, update)).length > 0) return false
  await notePhone(needs, chatOf(needs, update), phone)
  await say(needs, update, { text: linkingTexts.codeAsked })
  return true
}

/** Six digits, in a chat that has typed a phone a moment ago. */
export async function typedCode(needs: AnswerNeeds, update: Text): Promise<boolean> {
  const code = /^(\d{3})[\s-]?(\d{3})$/.exec(update.text.trim())
  if (!code) return false
  const chat = chatOf(needs, update)
  const { phoneIndex } = await chatState(needs, chat)
  if (phoneIndex === undefined) return false
  const mayGuess = await mayTry(needs, chat)
  const id = mayGuess
    ? await needs.db.transaction((db) => useCode({ ...needs, db }, phoneIndex, `${code[1]}${code[2]}`))
    : undefined
  needs.onLink({ way: 'code', result: id !== undefined ? 'linked' : mayGuess ? 'refused' : 'limited' })
  if (id === undefined) await say(needs, update, { text: linkingTexts.codeWrong })
  else await link(needs, update, id)
  return true
}

async function link(needs: AnswerNeeds, update: Text, id: ClientId): Promise<void> {
  const { name: channel } = needs.channel
  const { address, at } = update
  const consent = await chatConsent(needs, channel, address)
  const linked = await needs.catchUp([id], async (db) => {
    const inside = { ...needs, db }
    const client = await clientById(inside, id)
    if (!client || client.erasedAt !== null) return undefined
    const proof = client.phone === undefined ? {} : { provedBy: client.phone }
    await linkContact(inside, client, { channel, address, linkedBy: 'code', ...proof })
    if (consent) await grant(inside, client, consent.at, { shownHash: consent.wordingHash, address })
    await noteWrote(inside, { channel, address, at })
    await forgetTries(inside, chatOf(needs, update))
    return { client, hasAgreed: consent !== undefined || (await allAgreed(inside, [client])) }
  })
  if (!linked) return await say(needs, update, { text: linkingTexts.codeWrong })
  if (linked.hasAgreed) return await sayLinked(needs, update, [linked.client])
  await askConsent(needs, update)
}
