import type { ChannelName } from '../../channels/channel.ts'
import type { Message } from '../../channels/message.ts'
import { type ButtonRoom, registry } from '../../channels/registry.ts'
import type { Option, Reply } from '../commands/command.ts'

/** An answer as a messenger can show it; `choices`: what the numbers of its list mean, where there is no room for buttons. */
export type Presented = { message: Message; choices?: readonly string[] }

/** MAX takes four thousand signs, and a list of numbers may follow. */
const longestText = 3_300

/** Buttons where the messenger has room for them, else a list to be answered with a number. Pure. */
export function present(name: ChannelName, { text: whole, options = [] }: Reply): Presented {
  const text = whole.length > longestText ? `${whole.slice(0, whole.lastIndexOf('\n', longestText))}\n…` : whole
  const rows = options.filter((row) => row.length > 0)
  if (rows.length === 0) return { message: { text } }
  const fitted = fittedRows(rows, text, registry[name].room)
  if (fitted) {
    const buttons = fitted.map((row) =>
      row.map(({ label, payload }) => ({ kind: 'callback' as const, text: label, payload })),
    )
    return { message: { text, buttons } }
  }
  const all = rows.flat()
  return { message: { text: `${text}\n\n${listOf(all)}` }, choices: all.map(({ payload }) => payload) }
}

function fittedRows(rows: Option[][], text: string, room: ButtonRoom): Option[][] | undefined {
  const all = rows.flat()
  if (all.length > room.most || text.length > room.text) return undefined
  const { label: longest } = room
  if (longest !== null && all.some(({ label }) => label.length > longest)) return undefined
  if (rows.length <= room.rows) return rows
  const width = Math.ceil(all.length / room.rows)
  return Array.from({ length: Math.ceil(all.length / width) }, (_, row) => all.slice(row * width, (row + 1) * width))
}

function listOf(options: readonly Option[]): string {
  const isPlain = options.every(({ label }, index) => label === String(index + 1))
  if (isPlain) return `Ответьте цифрой от 1 до ${options.length}.`
  return ['Ответьте цифрой:', ...options.map(({ label }, index) => `${index + 1} — ${label}`)].join('\n')
}
