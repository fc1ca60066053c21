import { z } from 'zod'
import { ApiError } from './errors.ts'
import type { Button, Template, World } from './world.ts'

/** A send as the emulator understood it. */
export type MessageContent = {
  to?: string
  recipient?: string
  /** By phone, so a failure will not name the other id. */
  byPhone: boolean
  text: string
  buttons: Button[]
  template?: string
  answers?: string
  deliveryId?: string
}

const short = (max: number) => z.string().min(1).max(max)
const body = z.strictObject({ text: short(1024) })

const interactiveSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('button'),
    body,
    footer: z.strictObject({ text: short(60) }).optional(),
    action: z.strictObject({
      buttons: z
        .array(
          z.strictObject({ type: z.literal('reply'), reply: z.strictObject({ id: short(256), title: short(20) }) }),
        )
        .min(1)
        .max(3),
    }),
  }),
  z.strictObject({
    type: z.literal('cta_url'),
    body,
    footer: z.strictObject({ text: short(60) }).optional(),
    action: z.strictObject({
      name: z.literal('cta_url'),
      parameters: z.strictObject({ display_text: short(20), url: z.url({ protocol: /^https?$/ }) }),
    }),
  }),
])

const parameterSchema = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  parameter_name: z.string().optional(),
})
const templateSchema = z.strictObject({
  name: short(512),
  language: z.object({ code: z.string() }),
  components: z.array(z.strictObject({ type: z.literal('body'), parameters: z.array(parameterSchema) })).default([]),
})

const envelope = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual').default('individual'),
  to: z
    .string()
    .regex(/^\+?[\d\s()-]{5,20}$/)
    .optional(),
  recipient: z
    .string()
    .regex(/^[A-Z]{2}\.[\w.]+$/)
    .optional(),
  context: z.strictObject({ message_id: z.string() }).optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
}

/** Fields and limits: Meta's cloud-api/reference/messages, and the reference of each type of message. */
const sendSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...envelope,
    type: z.literal('text'),
    text: z.strictObject({ body: short(4096), preview_url: z.boolean().optional() }),
  }),
  z.strictObject({ ...envelope, type: z.literal('interactive'), interactive: interactiveSchema }),
  z.strictObject({ ...envelope, type: z.literal('template'), template: templateSchema }),
])

/** @throws ApiError as the real one refuses. */
export function readSend(world: World, raw: unknown): MessageContent {
  const product = z.object({ messaging_product: z.literal('whatsapp') }).safeParse(raw)
  if (!product.success) throw new ApiError(100, 400, 'The parameter messaging_product is required.')
  const parsed = sendSchema.safeParse(raw)
  if (!parsed.success) throw new ApiError(100, 400, z.prettifyError(parsed.error))
  const send = parsed.data
  const { to, recipient, context, biz_opaque_callback_data: deliveryId } = send
  if (to === undefined && recipient === undefined) throw new ApiError(131008, 400, 'The parameter to is required.')
  return {
    ...(to !== undefined && { to }),
    ...(recipient !== undefined && { recipient }),
    byPhone: to !== undefined,
    ...(context && { answers: context.message_id }),
    ...(deliveryId !== undefined && { deliveryId }),
    ...contentOf(world, send),
  }
}

type Content = Pick<MessageContent, 'text' | 'buttons' | 'template'>

function contentOf(world: World, send: z.output<typeof sendSchema>): Content {
  if (send.type === 'text') {
    if (send.text.body.trim() === '') throw new ApiError(100, 400, 'Param text.body must be a non-empty string.')
    return { text: send.text.body, buttons: [] }
  }
  if (send.type === 'template') return fromTemplate(world, send.template)
  const { body, action } = send.interactive
  if ('buttons' in action) {
    const replies = action.buttons.map(({ reply }) => reply)
    if (new Set(replies.map((each) => each.title)).size < replies.length)
      throw new ApiError(131009, 400, 'Buttons must have unique titles.')
    return { text: body.text, buttons: replies.map((each) => ({ kind: 'reply', ...each })) }
  }
  const { display_text: title, url } = action.parameters
  return { text: body.text, buttons: [{ kind: 'link', title, url }] }
}

function fromTemplate(world: World, { name, language, components }: z.output<typeof templateSchema>): Content {
  const template = world.templates.get(`${name}/${language.code}`)
  if (!template) throw new ApiError(132001, 404, `template name (${name}) does not exist in ${language.code}`)
  if (template.state === 'paused') throw new ApiError(132015, 400, 'Template is paused due to low quality.')
  if (template.state === 'disabled') throw new ApiError(132016, 400, 'Template is disabled.')
  const text = filled(template, components[0]?.parameters ?? [])
  if (text.length > 1024) throw new ApiError(132005, 400, 'Translated text too long.')
  const buttons = template.quickReplies.map((title): Button => ({ kind: 'reply', id: title, title }))
  return { text, buttons, template: name }
}

function filled({ body }: Template, parameters: readonly z.output<typeof parameterSchema>[]): string {
  const places = [...new Set([...body.matchAll(/\{\{(\w+)\}\}/g)].map((found) => found[1] ?? ''))]
  if (places.length !== parameters.length) {
    const details = `body: number of localizable_params (${parameters.length}) does not match the expected number of params (${places.length})`
    throw new ApiError(132000, 400, details)
  }
  const isNamed = places.some((place) => !/^\d+$/.test(place))
  if (parameters.some((each) => (each.parameter_name !== undefined) !== isNamed))
    throw new ApiError(132012, 400, 'Parameter format mismatch: named and positional.')
  const faulty = parameters.find(({ text }) => text.trim() === '' || /[\n\r\t]| {5,}/.test(text))
  if (faulty)
    throw new ApiError(
      faulty.text === '' ? 131008 : 132018,
      400,
      'Param text is empty or has new lines, tabs or spaces.',
    )
  return body.replace(/\{\{(\w+)\}\}/g, (_, place: string) => {
    const found = isNamed ? parameters.find((each) => each.parameter_name === place) : parameters[Number(place) - 1]
    if (!found) throw new ApiError(132012, 400, `Parameter name is missing: ${place}`)
    return found.text
  })
}
