import { operationsFor, toneFor } from '../operations/gather.ts'
import { isByInstalments, planText } from '../operations/instalments.ts'
import type { Command } from './command.ts'

const mostShown = 3

/** The instalment plan: what is paid, what is left, when the next part comes. */
export const instalments: Command = {
  name: 'plan',
  label: 'Рассрочка',
  needsConsent: true,
  run: async (needs, asked) => {
    const plans = (await operationsFor(needs, asked)).filter(isByInstalments).slice(0, mostShown)
    if (plans.length === 0) return { text: 'Выплат частями у вас нет: площадка нам о них не сообщала.' }
    const told = await Promise.all(plans.map(async (each) => planText(each, await toneFor(needs, asked, each))))
    return { text: told.join('\n\n') }
  },
}
