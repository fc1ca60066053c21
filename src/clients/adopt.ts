import type { Client } from './client.ts'
import { type ClientNeeds, consentsOf, contactsOf, linkContact, recordConsent } from './store.ts'

/**
 * A chat that was proved by a phone is the chat of everybody who has that phone: whoever gets the phone gets the chats,
 * and the words of consent that were said in them.
 */
export async function adoptLinks(
  needs: ClientNeeds,
  client: Client,
  phone: string,
  others: readonly Client[],
): Promise<void> {
  for (const other of others) {
    if (other.id === client.id) continue
    const proved = (await contactsOf(needs, other)).filter((each) => each.isCurrent && each.linkedBy === 'bot')
    if (proved.length === 0) continue
    for (const { channel, address } of proved)
      await linkContact(needs, client, { channel, address, linkedBy: 'bot', provedBy: phone })
    // His own word in a chat of his own stands against whatever somebody else said.
    const hasOwnWord = (await consentsOf(needs, client.id)).some((each) => each.givenBy === 'bot')
    const words = hasOwnWord ? [] : (await consentsOf(needs, other.id)).filter((each) => each.givenBy === 'bot')
    for (const word of words.reverse()) await recordConsent(needs, client.id, { ...word, provedBy: phone })
    return
  }
}
