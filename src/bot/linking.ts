import type { Client } from '../clients/client.ts'
import { resolveClients } from '../clients/resolve.ts'
import { clientsByPhone, linkContact } from '../clients/store.ts'
import { phoneIn } from '../lib/phone.ts'
import { type AnswerNeeds, type Contact, say } from './chat.ts'
import { allAgreed, askConsent, grant } from './consent.ts'
import { chatConsent, noteWrote } from './store.ts'
import { buttons, texts } from './texts.ts'

/** Only the messenger's own proof links a phone: anybody can forward anybody's card. */
export async function contact(needs: AnswerNeeds, update: Contact): Promise<void> {
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
  await askConsent(needs, update)
}

/** Everybody who gave this phone is told here; a phone that no event has named yet becomes a client of its own. */
async function linkPhone(needs: AnswerNeeds, { address, at }: Contact, phone: string): Promise<Client[]> {
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
