import { differenceOf, differenceText } from '../operations/difference.ts'
import { operationsFor, toneFor } from '../operations/gather.ts'
import { titleOf } from '../operations/words.ts'
import { idOf } from '../payload.ts'
import { ask } from './ask.ts'
import { type Command, optionOf } from './command.ts'
import { nothingYet } from './nothing-yet.ts'

/** «Почему сумма отличается?»: of the operation that the button names, else of the last one whose sums differ. */
export const difference: Command = {
  name: 'why',
  label: 'Почему сумма отличается?',
  needsConsent: true,
  run: async (needs, asked) => {
    const all = await operationsFor(needs, asked)
    const ref = idOf('event', asked.argument)
    const found =
      asked.argument === ''
        ? (all.find((each) => differenceOf(each).kind === 'differs') ?? all[0])
        : all.find((each) => each.ref === ref)
    if (!found) return asked.argument === '' ? { text: nothingYet } : undefined
    const tone = await toneFor(needs, asked, found)
    const text = tone.isPrivate
      ? 'Суммы здесь не показываются: так решили вы в «Настройках» или площадка. Спросите площадку: нажмите «Задать вопрос».'
      : differenceText(found)
    return { text: `${titleOf(found, tone)}\n${text}`, options: [[optionOf(ask, asked)]] }
  },
}
