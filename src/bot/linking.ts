import type { Client } from '../clients/client.ts'
import { resolveClients } from '../clients/resolve.ts'
import { clientsByPhone, linkContact } from '../clients/store.ts'
import { phoneIn } from '../lib/phone.ts'
import { type AnswerNeeds, type Contact, say } from './chat.ts'
import { allAgreed, askConsent, grant, sayLinked } from './consent.ts'
import { type ChatConsent, chatConsent, noteWrote } from './store.ts'
import { buttons, texts } from './texts.ts'

/** Only the messenger's own proof links a phone: anybody can forward anybody's card. */
export async function contact(needs: AnswerNeeds, update: Contact): Promise<void> {
  if (!update.own) {
    return await say(needs, update, { text: texts.foreignContact, keyboard: { requestContact: buttons.sharePhone } })
  }
  const phone = phoneIn(update.phone)
  if (phone === undefined) return await say(needs, update, { text: texts.badPhone })
  const consent = await chatConsent(needs, needs.channel.name, update.address)
  const clients = await linkPhone(needs, update, phone, consent)
  needs.onLink({ way: 'contact', result: 'linked' })
  if (consent || (await allAgreed(needs, clients))) return await sayLinked(needs, update, clients)
  await askConsent(needs, update)
}

/** Everybody who gave this phone is told here; a phone that no event has named yet becomes a client of its own. */
async function linkPhone(
  needs: AnswerNeeds,
  { address, at }: Contact,
  phone: string,
  consent: ChatConsent | undefined,
): Promise<Client[]> {
  const ids = (await clientsByPhone(needs, phone)).map((each) => each.id)
  return await needs.catchUp(ids, async (db, also) => {
    const inTransaction = { ...needs, db }
    const known = await clientsByPhone(inTransaction, phone)
    const clients = known.length > 0 ? known : await resolveClients(inTransaction, [{ phone }])
    also(clients.map((each) => each.id))
    for (const client of clients) {
      await linkContact(inTransaction, client, {
        channel: needs.channel.name,
        address,
        linkedBy: 'bot',
        provedBy: phone,
      })
      if (consent) await grant(inTransaction, client, consent.at, { shownHash: consent.wordingHash, address })
    }
    await noteWrote(inTransaction, { channel: needs.channel.name, address, at })
    return clients
  })
}
