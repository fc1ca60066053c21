import { z } from 'zod'
import { wayNames } from '../../channels/channel.ts'
import { keptTypes } from '../../events/kept.ts'
import { oneLine } from '../../lib/russian/text.ts'
import { parseDay } from '../../lib/russian/time.ts'
import type { Asked } from '../../reports/ask.ts'
import { dimensions } from '../../reports/report.ts'

const day = z.iso.date().refine((text) => parseDay(text) !== undefined)
const fields = {
  from: { title: 'С дня', schema: day },
  to: { title: 'По день', schema: day },
  by: { title: 'Разрез', schema: z.enum(dimensions) },
  branch: { title: 'Площадка', schema: z.string().max(200).transform(oneLine) },
  channel: { title: 'Канал', schema: z.enum(wayNames) },
  type: { title: 'Событие', schema: z.enum(keptTypes) },
  source: { title: 'Источник', schema: z.string().max(50).transform(oneLine) },
  format: { title: 'Вид', schema: z.enum(['csv', 'json']) },
} as const

export type Given = { asked: Asked; format: 'csv' | 'json' | undefined; notices: string[] }

/** Never fails: what is not understood is left out, and `notices` say so. */
export function readGiven(query: unknown): Given {
  const notices: string[] = []
  const parsed = z.record(z.string(), z.unknown()).safeParse(query)
  const read = <S extends z.ZodType>(name: keyof typeof fields, schema: S): z.output<S> | undefined => {
    const text = parsed.data?.[name]
    if (typeof text !== 'string' || text.trim() === '') return undefined
    const value = schema.safeParse(text.trim())
    if (!value.success) notices.push(`Поле «${fields[name].title}» не понято и не применено.`)
    return value.data
  }
  const branch = read('branch', fields.branch.schema)
  return {
    asked: {
      from: read('from', fields.from.schema),
      to: read('to', fields.to.schema),
      by: read('by', fields.by.schema),
      branches: branch === undefined ? undefined : [branch],
      channel: read('channel', fields.channel.schema),
      type: read('type', fields.type.schema),
      source: read('source', fields.source.schema),
    },
    format: read('format', fields.format.schema),
    notices,
  }
}
