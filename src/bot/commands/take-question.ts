import { noteReply } from '../../changes/store.ts'
import type { Client } from '../../clients/client.ts'
import { settingsOfClient } from '../../clients/settings/store.ts'
import { addressIndex, contactsOf, lockClients } from '../../clients/store.ts'
import { insertQuestion, isAsked } from '../../questions/store.ts'
import type { AnswerNeeds, Text } from '../chat.ts'
import { operationsFor } from '../operations/gather.ts'
import { endConversation, markReplied } from '../talk/store.ts'
import { tell } from '../talk/tell.ts'
import { menuOption } from './menu.ts'

const taken = 'Вопрос передан сотруднику площадки. Ответ придёт в этот чат.'

/** What he wrote is the question: for the operators of the branch where he was last, and for others as a reply. */
export async function takeQuestion(needs: AnswerNeeds, update: Text, client: Client): Promise<boolean> {
  const { name } = needs.channel
  const chat = { channel: name, address: update.address }
  const contact = (await contactsOf(needs, client)).find(
    (each) => each.channel === name && each.address === update.address && each.isCurrent,
  )
  if (!contact) return false
  const settings = await settingsOfClient(needs.db, client.id)
  const [last] = await operationsFor(needs, { client, contact, settings, argument: '', update })
  const branch = last?.state.event.branch
  const isKept = await needs.db.transaction(async (db) => {
    const inside = { db, vault: needs.vault }
    // Erased or merged meanwhile: what he wrote is looked at anew.
    if ((await lockClients(inside, [client.id])).length === 0) return false
    await insertQuestion(inside, {
      client,
      contactId: contact.id,
      channel: name,
      addressIndex: addressIndex(needs.vault, name, update.address),
      branch: branch?.code ?? branch?.name ?? client.branchCode,
      zone: branch?.timezone ?? null,
      text: update.text,
      updateKey: update.key,
    })
    await noteReply(inside, client, { channel: name, updateKey: update.key, text: update.text })
    await markReplied(inside, chat)
    await endConversation(inside, chat)
    return true
  })
  if (!isKept) return false
  await tell(needs, update, { text: taken, options: [[menuOption]] })
  return true
}

/** The process died after it had kept this question: it is confirmed, and not taken for another word. */
export async function askedAgain(needs: AnswerNeeds, update: Text): Promise<boolean> {
  if (!(await isAsked(needs.db, needs.channel.name, update.key))) return false
  await tell(needs, update, { text: taken, options: [[menuOption]] })
  return true
}
