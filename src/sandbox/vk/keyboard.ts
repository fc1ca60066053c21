import { z } from 'zod'
import { ApiError } from './errors.ts'
import type { Button } from './world.ts'

/** What `keyboard` asks for: buttons under the message, or those below the input line. */
export type Keyboard = { inline: Button[][] } | { below: Button[][] }

const label = z.string().min(1).max(40)
const payload = z.string().max(255).refine(isJsonObject)
const color = z.enum(['primary', 'secondary', 'negative', 'positive']).optional()

const buttonSchema = z.union([
  z
    .strictObject({
      action: z.strictObject({
        type: z.literal('open_link'),
        link: z.url({ protocol: /^https?$/ }),
        label,
        payload: payload.optional(),
      }),
    })
    .transform(({ action }): Button => ({ kind: 'link', text: action.label, url: action.link })),
  z
    .strictObject({
      action: z.strictObject({ type: z.literal('callback'), label, payload: payload.optional() }),
      color,
    })
    .transform(({ action }): Button => ({ kind: 'callback', text: action.label, payload: action.payload ?? '{}' })),
  z
    .strictObject({ action: z.strictObject({ type: z.literal('text'), label, payload: payload.optional() }), color })
    .transform(({ action }): Button => ({ kind: 'text', text: action.label, payload: action.payload })),
])

/** Limits: dev.vk.com/ru/api/bots/development/keyboard. */
const inlineSchema = z.strictObject({
  inline: z.literal(true),
  buttons: z
    .array(z.array(buttonSchema).min(1).max(5))
    .min(1)
    .max(6)
    .refine((rows) => rows.flat().length <= 10),
})
const belowSchema = z.strictObject({
  inline: z.literal(false).optional(),
  one_time: z.boolean().optional(),
  buttons: z.array(z.array(buttonSchema).min(1).max(5)).max(10),
})

/** @throws ApiError 911 */
export function readKeyboard(raw: string): Keyboard {
  const json = parsed(raw)
  const inline = inlineSchema.safeParse(json)
  if (inline.success) return { inline: inline.data.buttons }
  const below = belowSchema.safeParse(json)
  if (below.success) return { below: below.data.buttons }
  throw new ApiError(911)
}

function isJsonObject(text: string): boolean {
  return z.record(z.string(), z.unknown()).safeParse(parsed(text)).success
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
