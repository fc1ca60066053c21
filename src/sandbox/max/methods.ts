import { z } from 'zod'
import { ApiError, badPayload } from './api-error.ts'
import { messageJson } from './json.ts'
import { readButtons, readPicture } from './keyboard.ts'
import { type ChatMessage, type Person, show, type World } from './world.ts'

export type Input = { query: URLSearchParams; body: unknown; closed(): AbortSignal }
type Method = (world: World, input: Input) => unknown

export const methods: Record<string, Method> = {
  'GET /me': ({ bot }) => bot,
  'PATCH /me': ({ bot }) => bot,
  'POST /messages': sendMessage,
  'PUT /messages': editMessage,
  'DELETE /messages': deleteMessage,
  'POST /answers': answerPress,
  'GET /updates': getUpdates,
  'GET /subscriptions': listSubscriptions,
  'POST /subscriptions': subscribe,
  'DELETE /subscriptions': unsubscribe,
}

const messageSchema = z.object({
  text: z.string().max(4000).nullish(),
  attachments: z.unknown().optional(),
  format: z.enum(['html', 'markdown']).nullish(),
  notify: z.boolean().optional(),
  link: z.object({ type: z.enum(['reply', 'forward']), mid: z.string() }).nullish(),
})

type Content = Pick<ChatMessage, 'text' | 'buttons' | 'picture'>

function sendMessage(world: World, { query, body }: Input): unknown {
  const person = recipientOf(world, query)
  const content = contentOf(body)
  if (person.relation === 'stopped') {
    throw new ApiError(403, 'chat.denied', `Key: error.dialog.suspended, args: [${person.chatId},].`)
  }
  const hasLinkPreview = /https?:\/\//.test(content.text) && query.get('disable_link_preview') !== 'true'
  return { message: messageJson(world, person, show(world, person, { ...content, hasLinkPreview })) }
}

/** `user_id` and `chat_id` are different numbers: one in the place of the other finds nobody. */
function recipientOf(world: World, query: URLSearchParams): Person {
  const userId = query.get('user_id')
  const chatId = query.get('chat_id')
  const id = userId ?? chatId
  if (id === null || !/^-?\d{1,19}$/.test(id)) throw badPayload('Unknown recipient')
  const people = [...world.people.values()]
  const person =
    userId === null ? people.find((each) => String(each.chatId) === chatId) : world.people.get(Number(userId))
  if (!person || person.relation === 'stranger') {
    throw new ApiError(404, 'chat.not.found', userId === null ? 'chat.not.found' : 'dialog.not.found')
  }
  return person
}

function contentOf(body: unknown): Content {
  const message = messageSchema.safeParse(body)
  if (!message.success) throw badPayload(`Invalid field: ${message.error.issues[0]?.path.join('.') ?? 'body'}`)
  const { text, attachments, format } = message.data
  const buttons = readButtons(attachments)
  const picture = readPicture(attachments)
  const shown = format === 'html' ? withoutTags(text ?? '') : (text ?? '')
  if (shown.trim() === '' && buttons.length === 0) throw badPayload('Message cannot be empty')
  return { text: shown, buttons, ...(picture !== undefined && { picture }) }
}

function withoutTags(html: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' }
  return html.replace(/<\/?[a-z][^<>]*>/gi, '').replace(/&(lt|gt|quot|amp);/g, (_, name: string) => named[name] ?? '')
}

function editMessage(world: World, { query, body }: Input): unknown {
  const { message } = existing(world, query)
  const raw = z.object({ attachments: z.unknown() }).safeParse(body).data?.attachments
  const content = contentOf(body)
  // `null` keeps the buttons, an empty list takes them off.
  Object.assign(message, { text: content.text }, raw !== undefined && raw !== null ? { buttons: content.buttons } : {})
  return { success: true }
}

function deleteMessage(world: World, { query }: Input): unknown {
  const { person, message } = existing(world, query)
  person.chat.splice(person.chat.indexOf(message), 1)
  return { success: true }
}

function existing(world: World, query: URLSearchParams): { person: Person; message: ChatMessage } {
  const mid = query.get('message_id')
  for (const person of world.people.values()) {
    const message = person.chat.find((each) => each.mid === mid && each.from === 'bot')
    if (message) return { person, message }
  }
  throw new ApiError(404, 'not.found', 'Message not found')
}

function answerPress(world: World, { query, body }: Input): unknown {
  const id = query.get('callback_id') ?? ''
  if (id.trim() === '') throw badPayload('callback_id is required')
  const answer = z.object({ notification: z.string().nullish(), message: z.unknown().optional() }).safeParse(body ?? {})
  if (!answer.success) throw badPayload('Invalid field: notification')
  const press = world.presses.get(id)
  if (!press) throw new ApiError(404, 'not.found', 'Callback not found')
  press.notice = answer.data.notification ?? ''
  if (answer.data.message) Object.assign(press.message, contentOf(answer.data.message))
  return { success: true }
}

const pollSchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  timeout: z.coerce.number().int().min(0).max(90).default(30),
  marker: z.coerce.number().int().optional(),
  types: z.string().optional(),
})

async function getUpdates(world: World, { query, closed }: Input): Promise<unknown> {
  if (world.updates.subscriptions().length > 0) {
    throw new ApiError(405, 'method.not.allowed', 'Long polling is not allowed while a webhook subscription exists')
  }
  const params = pollSchema.safeParse(Object.fromEntries(query))
  if (!params.success) throw badPayload(`Invalid parameter: ${params.error.issues[0]?.path.join('.') ?? ''}`)
  const { limit, timeout, marker, types } = params.data
  return await world.updates.poll({ limit, timeoutS: timeout, marker, types: types?.split(','), signal: closed() })
}

function listSubscriptions({ updates }: World): unknown {
  return { subscriptions: updates.subscriptions().map(({ secret: _, ...shown }) => shown) }
}

const kinds =
  'bot_added bot_removed bot_started bot_stopped chat_title_changed comment_created comment_edited comment_removed dialog_cleared dialog_muted dialog_removed dialog_unmuted message_callback message_created message_edited message_removed user_added user_removed'.split(
    ' ',
  )

/** https on port 443 and no other (dev.max.ru, POST /subscriptions); the secret as schema.yaml has it. */
const subscriptionSchema = z.object({
  url: z.url({ protocol: /^https$/ }).refine((url) => new URL(url).port === '', 'port'),
  secret: z
    .string()
    .regex(/^[\w-]{5,256}$/)
    .optional(),
  update_types: z.array(z.enum(kinds)).nullish(),
})

function subscribe({ updates }: World, { body }: Input): unknown {
  const subscription = subscriptionSchema.safeParse(body)
  if (!subscription.success)
    throw badPayload(`Invalid field: ${subscription.error.issues[0]?.path.join('.') ?? 'body'}`)
  const { url, secret, update_types } = subscription.data
  updates.subscribe({ url, secret, update_types: update_types ?? null, time: Date.now() })
  return { success: true }
}

function unsubscribe({ updates }: World, { query }: Input): unknown {
  const wasThere = updates.unsubscribe(query.get('url') ?? '')
  return wasThere ? { success: true } : { success: false, message: 'Subscription not found' }
}
