import { operationsFor, toneFor } from '../operations/gather.ts'
import { stateText, titleOf } from '../operations/words.ts'
import { shortId } from '../payload.ts'
import { type Command, type Option, optionOf } from './command.ts'
import { nothingYet } from './nothing-yet.ts'
import { operation } from './operation.ts'

const onPage = 5

/** «История»: all that we know of, a page at a time. */
export const history: Command = {
  name: 'history',
  label: 'История',
  needsConsent: true,
  run: async (needs, asked) => {
    const all = await operationsFor(needs, asked)
    const last = Math.max(0, Math.ceil(all.length / onPage) - 1)
    const page = Math.min(last, /^\d{1,3}$/.test(asked.argument) ? Number(asked.argument) : 0)
    const shown = all.slice(page * onPage, (page + 1) * onPage)
    if (shown.length === 0) return { text: nothingYet }
    const told = await Promise.all(
      shown.map(async (each) => {
        const tone = await toneFor(needs, asked, each)
        return { title: titleOf(each, tone), text: stateText(each, tone), ref: shortId(each.ref) }
      }),
    )
    const turn: Option[] = [
      ...(page > 0 ? [{ ...optionOf(history, asked, String(page - 1)), label: '← Новее' }] : []),
      ...(page < last ? [{ ...optionOf(history, asked, String(page + 1)), label: 'Раньше →' }] : []),
    ]
    return {
      text: [
        `История, страница ${page + 1} из ${last + 1}`,
        ...told.map(({ title, text }) => `${title}\n${text}`),
      ].join('\n\n'),
      options: [
        ...told.map(({ title, ref }) => [{ ...optionOf(operation, asked, ref), label: title }]),
        ...(turn.length > 0 ? [turn] : []),
      ],
    }
  },
}
