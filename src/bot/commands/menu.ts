import type { Client } from '../../clients/client.ts'
import { payloadOf } from '../payload.ts'
import { menuRows } from './catalog.ts'
import type { Option, Reply } from './command.ts'

export const menuName = 'menu'

export const menuOption: Option = { label: 'Меню', payload: payloadOf(menuName, undefined) }

/** All that can be asked. With several people in a chat the buttons name none: who is meant is asked afterwards. */
export function menu(people: readonly Client[], text = 'Что показать?'): Reply {
  const [only, ...others] = people
  const client = others.length === 0 ? only?.id : undefined
  return {
    text,
    options: menuRows.map((row) => row.map(({ name, label }) => ({ label, payload: payloadOf(name, client) }))),
  }
}
