import { openQuestions } from '../../questions/store.ts'
import { payloadOf } from '../payload.ts'
import { setConversation } from '../talk/store.ts'
import type { Command, Option } from './command.ts'

/** So many may wait for the operators at once. */
export const mostOpen = 5

/** «Задать вопрос»: the next message of this chat is the question. */
export const ask: Command = {
  name: 'ask',
  label: 'Задать вопрос',
  needsConsent: true,
  run: async (needs, { client, update }) => {
    if ((await openQuestions(needs.db, client.id)) >= mostOpen)
      return { text: `Ваши вопросы, ${mostOpen}, ещё ждут ответа площадки. Дождитесь его, он придёт сюда.` }
    await setConversation(
      needs,
      { channel: needs.channel.name, address: update.address },
      { kind: 'question', client: client.id },
    )
    const cancel: Option = { label: 'Не спрашивать', payload: payloadOf('menu', undefined) }
    return {
      text: 'Напишите вопрос одним сообщением. Его прочитает сотрудник площадки, ответ придёт в этот чат.',
      options: [[cancel]],
    }
  },
}
