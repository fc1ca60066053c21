import { operationsFor, toneFor } from '../operations/gather.ts'
import { stateText, titleOf } from '../operations/words.ts'
import { shortId } from '../payload.ts'
import { type Command, optionOf } from './command.ts'
import { difference } from './difference.ts'
import { nothingYet } from './nothing-yet.ts'
import { operation } from './operation.ts'

const mostShown = 3

/** «Где мои деньги?»: how the last operations stand. */
export const money: Command = {
  name: 'money',
  label: 'Где мои деньги?',
  needsConsent: true,
  run: async (needs, asked) => {
    const last = (await operationsFor(needs, asked)).slice(0, mostShown)
    if (last.length === 0) return { text: nothingYet }
    const told = await Promise.all(
      last.map(async (each) => {
        const tone = await toneFor(needs, asked, each)
        return { title: titleOf(each, tone), text: stateText(each, tone), ref: shortId(each.ref) }
      }),
    )
    return {
      text: told.map(({ title, text }) => `${title}\n${text}`).join('\n\n'),
      options: [
        ...told.map(({ title, ref }) => [{ ...optionOf(operation, asked, ref), label: title }]),
        [optionOf(difference, asked)],
      ],
    }
  },
}
