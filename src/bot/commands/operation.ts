import type { AnswerNeeds } from '../chat.ts'
import { operationsFor, toneFor } from '../operations/gather.ts'
import { itemLines } from '../operations/lines.ts'
import { acceptedAmount, type Operation } from '../operations/operation.ts'
import { stateText, titleOf } from '../operations/words.ts'
import { idOf, shortId } from '../payload.ts'
import { ask } from './ask.ts'
import { type Asked, type Command, optionOf } from './command.ts'
import { difference } from './difference.ts'
import { nothingYet } from './nothing-yet.ts'

/** One operation line by line, so that its sum explains itself; without an argument the last one. */
export const operation: Command = {
  name: 'op',
  label: 'Последняя операция',
  needsConsent: true,
  run: async (needs, asked) => {
    const found = await operationNamed(needs, asked)
    if (!found) return asked.argument === '' ? { text: nothingYet } : undefined
    const tone = await toneFor(needs, asked, found)
    const head = [titleOf(found, tone), stateText(found, tone)]
    const lines = tone.isPrivate ? [hidden] : linesOf(found)
    return {
      text: [...head, ...lines].join('\n'),
      options: [[optionOf(difference, asked, shortId(found.ref))], [optionOf(ask, asked)]],
    }
  },
}

export const hidden = 'Вес, цены и суммы здесь не показываются: так решили вы в «Настройках» или площадка.'

function linesOf(found: Operation): string[] {
  const told = found.events.findLast(({ event }) => (event.operation?.items?.length ?? 0) > 0)?.event
  const items = told?.operation?.items ?? []
  const lines = itemLines(items, acceptedAmount(found), told?.payment?.currency)
  if (items.length === 0) return ['', 'Взвешивание по позициям площадка нам не передала.', ...lines]
  return ['', ...lines]
}

/** The one that the button names, if it is his; the last one when it names none. */
export async function operationNamed(needs: AnswerNeeds, asked: Asked): Promise<Operation | undefined> {
  const all = await operationsFor(needs, asked)
  if (asked.argument === '') return all[0]
  const ref = idOf('event', asked.argument)
  return all.find((each) => each.ref === ref)
}
