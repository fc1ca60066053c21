import { ask } from './ask.ts'
import type { Command } from './command.ts'
import { difference } from './difference.ts'
import { forget } from './forget.ts'
import { history } from './history.ts'
import { instalments } from './instalments.ts'
import { money } from './money.ts'
import { myData } from './my-data.ts'
import { operation } from './operation.ts'
import { rate } from './rate.ts'
import { settings } from './settings.ts'

/** All that a client can ask: one file each and a line here. */
export const commands: readonly Command[] = [
  money,
  operation,
  history,
  instalments,
  difference,
  ask,
  settings,
  myData,
  forget,
  rate,
]

/** The menu, in rows; what is not here is reached from an answer. */
export const menuRows: readonly (readonly Command[])[] = [
  [money],
  [history, instalments],
  [difference],
  [ask],
  [settings, myData],
]

export function commandNamed(name: string): Command | undefined {
  return commands.find((each) => each.name === name)
}
