import { z } from 'zod'
import { badPayload } from './api-error.ts'
import type { Button } from './world.ts'

const label = z.string().min(1).max(128)

/** Limits: schema.yaml of max-bot-api-client-go; rows and widths: dev.max.ru, attachment types. */
const buttonSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('callback'), text: label, payload: z.string().max(1024), intent: z.string().optional() }),
  z.object({ type: z.literal('link'), text: label, url: z.url({ protocol: /^(https?|max)$/ }).max(2048) }),
  z.object({ type: z.literal('request_contact'), text: label }),
  z.object({ type: z.literal('request_geo_location'), text: label, quick: z.boolean().optional() }),
  z.object({ type: z.literal('message'), text: label }),
])

const keyboardSchema = z.object({
  type: z.literal('inline_keyboard'),
  payload: z.object({ buttons: z.array(z.array(buttonSchema).min(1).max(7)).min(1).max(30) }),
})
const pictureSchema = z.object({ type: z.enum(['image', 'video', 'audio', 'file']), payload: z.looseObject({}) })

/** The buttons of a message; throws what MAX refuses. */
export function readButtons(raw: unknown): Button[][] {
  const list = z.array(z.unknown()).max(12).nullish().safeParse(raw)
  if (!list.success) throw badPayload('attachments: wrong list')
  const keyboards = (list.data ?? []).flatMap((attachment) => {
    const isKeyboard = z.object({ type: z.literal('inline_keyboard') }).safeParse(attachment).success
    if (!isKeyboard && pictureSchema.safeParse(attachment).success) return []
    const keyboard = keyboardSchema.safeParse(attachment)
    if (!keyboard.success) throw badPayload(`attachments: ${keyboard.error.issues[0]?.path.join('.') ?? 'wrong'}`)
    return [keyboard.data.payload.buttons]
  })
  const [rows = [], second] = keyboards
  if (second) throw badPayload('Only one inline keyboard is allowed')
  if (rows.flat().length > 210) throw badPayload('Too many buttons')
  for (const row of rows) {
    const isNarrow = row.some(({ type }) => type === 'link' || type.startsWith('request_'))
    if (isNarrow && row.length > 3) throw badPayload('Too many buttons in a row')
  }
  return rows
}

const imageSchema = z.object({ type: z.literal('image'), payload: z.object({ url: z.url({ protocol: /^https?$/ }) }) })

/** The address of the picture of a message; throws what MAX refuses. */
export function readPicture(raw: unknown): string | undefined {
  const image = z.array(z.unknown()).nullish().safeParse(raw).data?.find(isImage)
  if (image === undefined) return undefined
  const read = imageSchema.safeParse(image)
  if (!read.success) throw badPayload('attachments: image.payload')
  return read.data.payload.url
}

function isImage(attachment: unknown): boolean {
  return z.object({ type: z.literal('image') }).safeParse(attachment).success
}
