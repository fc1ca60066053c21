import { addressIndex } from '../../clients/store.ts'
import { noteTap } from '../../deliveries/store/tap.ts'
import { idOf } from '../payload.ts'
import { saveScore } from '../rating/store.ts'
import { ask } from './ask.ts'
import { type Command, optionOf } from './command.ts'

/** A mark from 1 to 5 for a payout, under the question that comes after it. Believed of the chat which the payout went to. */
export const rate: Command = {
  name: 'rate',
  label: 'Оценить выплату',
  needsConsent: false,
  run: async (needs, asked) => {
    const [, score, short = ''] = /^([1-5])\.([\w-]{22})$/.exec(asked.argument) ?? []
    const delivery = idOf('delivery', short)
    if (score === undefined || delivery === undefined) return undefined
    const { name } = needs.channel
    const index = addressIndex(needs.vault, name, asked.update.address)
    const tapped = await noteTap(needs.db, { delivery, channel: name, addressIndex: index })
    if (!tapped || !(await saveScore(needs.db, delivery, asked.client.id, Number(score)))) return undefined
    return Number(score) > 3
      ? { text: `Спасибо за оценку ${score}!` }
      : {
          text: `Спасибо за оценку ${score}. Расскажите, что было не так: прочитает сотрудник площадки.`,
          options: [[optionOf(ask, asked)]],
        }
  },
}
