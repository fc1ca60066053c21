import { readFileSync } from 'node:fs'
import { channelNames } from '../../../src/channels/channel.ts'
import { catalog } from '../../../src/events/catalog.ts'
import type { EventType } from '../../../src/events/event.ts'
import { messageFor } from '../render.ts'
import { parametersOf, seenEverywhere } from '../seen.ts'
import { type Case, casesOf } from './cases.ts'

/** NO-BREAK SPACE, made visible. */
const visible = (text: string) => text.replaceAll('\u00a0', '⍽')

/** All messages of one type as a page to be read by a person, line by line. */
export function pageOf(type: EventType): string {
  return `${[headOf(type), ...casesOf(type).map(entryOf)].join('\n\n')}\n`
}

export function proofread(type: EventType): string {
  return readFileSync(fileOf(type), 'utf8')
}

export function fileOf(type: EventType): URL {
  return new URL(`./${type}.txt`, import.meta.url)
}

function headOf(type: EventType): string {
  return [
    `${catalog[type].title} (${type})`,
    'Знак ⍽ — неразрывный пробел. Текст один во всех мессенджерах; где другой, он стоит следом. ≡ — в одобренном шаблоне WhatsApp.',
  ].join('\n')
}

function entryOf({ title, event, now }: Case): string {
  const { whatsappParameters } = catalog[event.type]
  const { message, variables } = messageFor(event, { now, variables: whatsappParameters })
  const told = { ...message, about: { type: event.type, variables } }
  const seen = seenEverywhere(told)
  const others = channelNames.filter((name) => seen[name] !== seen.max).map((name) => `  ${name}: ${seen[name]}`)
  return [`# ${title}`, seen.max, ...others, `  ≡ ${parametersOf(event, told).join(' | ')}`].map(visible).join('\n')
}
