import { newId } from '../lib/ids.ts'
import type { Client } from './client.ts'
import { matchIn } from './resolve.ts'
import { type ClientNeeds, findClients, type NewClient, type Recipient, recipientsOf } from './store.ts'

/**
 * The recipient of an event as `resolveClients` would leave him, with nothing written: for a preview. `isKnown` is false when
 * he would be made anew.
 */
export async function foreseeRecipient(
  needs: ClientNeeds,
  wanted: NewClient,
): Promise<{ recipient: Recipient; isKnown: boolean }> {
  const { externalId, phone } = wanted
  const found = await findClients(needs, {
    externalIds: externalId === undefined ? [] : [externalId],
    phones: phone === undefined ? [] : [phone],
  })
  const client = matchIn(found, wanted)
  // Links and words that a phone has proved count while it is the client's, so they are read as if it were his already.
  const recipients = await recipientsOf(
    needs,
    found.map((each) => each.id),
    phone,
  )
  const own = (client && recipients.get(client.id)) ?? {
    client: client ?? stranger(wanted),
    contacts: [],
    consents: [],
  }
  const isNewPhone = phone !== undefined && phone !== client?.phone
  const others = isNewPhone ? found.filter((each) => each.phone === phone && each.id !== client?.id) : []
  return {
    recipient: adopting(
      own,
      others.flatMap((each) => recipients.get(each.id) ?? []),
    ),
    isKnown: client !== undefined,
  }
}

/** As `adoptLinks` does: whoever gets a phone gets the chats that it proved, and what was said in them. */
function adopting(own: Recipient, others: readonly Recipient[]): Recipient {
  for (const other of others) {
    const proved = other.contacts.filter((each) => each.isCurrent && each.linkedBy === 'bot')
    if (proved.length === 0) continue
    const hasOwnWord = own.consents.some((each) => each.givenBy === 'bot')
    const words = hasOwnWord ? [] : other.consents.filter((each) => each.givenBy === 'bot')
    return {
      ...own,
      contacts: [...proved, ...own.contacts],
      consents: [...own.consents, ...words].sort((a, b) => b.at.getTime() - a.at.getTime()),
    }
  }
  return own
}

function stranger({ externalId, phone, fullName, branchCode }: NewClient): Client {
  return {
    id: newId('client'),
    externalId: externalId ?? null,
    phone,
    fullName,
    branchCode: branchCode ?? null,
    dataKey: null,
    erasedAt: null,
    createdAt: new Date(),
  }
}
