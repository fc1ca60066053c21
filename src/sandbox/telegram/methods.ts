import { z } from 'zod'
import { cleaned, parseHtml } from './html.ts'
import { messageJson, seconds } from './json.ts'
import { type Markup, readMarkup } from './markup.ts'
import { type ChatMessage, type Person, show, type World } from './world.ts'

/** An answer of the Bot API that is not `ok`. */
export class ApiError extends Error {
  readonly status: number
  readonly retryAfterS: number | undefined

  constructor(status: number, description: string, retryAfterS?: number) {
    super(description)
    this.status = status
    this.retryAfterS = retryAfterS
  }
}

export type Params = Record<string, unknown>
type Method = (world: World, params: Params, closed: () => AbortSignal) => unknown

/** The methods by their lower-case names, as the real server looks them up. */
export const methods: Record<string, Method> = {
  getme: (world) => ({ ...world.bot, can_join_groups: true, can_read_all_group_messages: false }),
  sendmessage: sendMessage,
  sendphoto: sendPhoto,
  editmessagetext: editText,
  editmessagereplymarkup: editMarkup,
  answercallbackquery: answerPress,
  sendchataction: (world, params) => Boolean(reachable(world, params)),
  setmycommands: () => true,
  deletemycommands: () => true,
  getupdates: getUpdates,
  setwebhook: setWebhook,
  deletewebhook: deleteWebhook,
  getwebhookinfo: webhookInfo,
}

function sendMessage(world: World, params: Params): unknown {
  const person = reachable(world, params)
  const text = visibleText(params['text'], params['parse_mode'], 4096)
  if (text === '') throw new ApiError(400, 'Bad Request: message text is empty')
  return messageJson(world, person, showWith(world, person, params, { text }))
}

function sendPhoto(world: World, params: Params): unknown {
  const person = reachable(world, params)
  const photo = z.string().min(1).safeParse(params['photo'])
  if (!photo.success) throw new ApiError(400, 'Bad Request: there is no photo in the request')
  const text = visibleText(params['caption'] ?? '', params['parse_mode'], 1024)
  return messageJson(world, person, showWith(world, person, params, { text, ...pictureOf(world, photo.data) }))
}

/** An address is fetched and gets a file_id; what is no address is a file_id, of ours or of a file that was uploaded. */
function pictureOf(world: World, named: string): { photo: string; fileId: string } {
  if (!/^https?:\/\//.test(named)) return { photo: world.pictures.get(named) ?? named, fileId: named }
  const fileId = `AgACAgQAAx${String(world.pictures.size + 1).padStart(6, '0')}`
  world.pictures.set(fileId, named)
  return { photo: named, fileId }
}

function showWith(
  world: World,
  person: Person,
  params: Params,
  content: { text: string; photo?: string; fileId?: string },
): ChatMessage {
  const markup = markupOf(params)
  if (markup.keyboard) person.keyboard = markup.keyboard
  const hasLinkPreview = /https?:\/\//.test(content.text) && !isPreviewOff(params)
  return show(world, person, { ...content, buttons: markup.buttons, hasLinkPreview })
}

const previewOffSchema = z.object({ is_disabled: z.literal(true) })

function isPreviewOff(params: Params): boolean {
  return previewOffSchema.safeParse(fromJson(params['link_preview_options'])).success
}

function editText(world: World, params: Params): unknown {
  const { person, message } = existing(world, params)
  const text = visibleText(params['text'], params['parse_mode'], 4096)
  if (text === '') throw new ApiError(400, 'Bad Request: message text is empty')
  return edited(world, person, message, { text, buttons: markupOf(params).buttons })
}

function editMarkup(world: World, params: Params): unknown {
  const { person, message } = existing(world, params)
  return edited(world, person, message, { text: message.text, buttons: markupOf(params).buttons })
}

function edited(
  world: World,
  person: Person,
  message: ChatMessage,
  content: Pick<ChatMessage, 'text' | 'buttons'>,
): unknown {
  const isSame = message.text === content.text && JSON.stringify(message.buttons) === JSON.stringify(content.buttons)
  if (isSame) {
    throw new ApiError(
      400,
      'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    )
  }
  Object.assign(message, content)
  return { ...messageJson(world, person, message), edit_date: seconds(new Date()) }
}

function answerPress(world: World, params: Params): true {
  const { callback_query_id: id, text } = parsed(
    z.object({ callback_query_id: z.coerce.string(), text: z.string().optional() }),
    params,
  )
  if (!world.answered.has(id)) {
    throw new ApiError(400, 'Bad Request: query is too old and response timeout expired or query ID is invalid')
  }
  world.answered.set(id, text ?? '')
  return true
}

const pollSchema = z.object({
  offset: z.coerce.number().default(0),
  limit: z.coerce.number().default(100),
  timeout: z.coerce.number().default(0),
  allowed_updates: z.unknown().optional(),
})

async function getUpdates(world: World, params: Params, closed: () => AbortSignal): Promise<unknown> {
  const { offset, limit, timeout, allowed_updates } = parsed(pollSchema, params)
  world.updates.allow(kindsOf(allowed_updates))
  const answer = await world.updates.poll({
    offset,
    limit: Math.min(limit, 100),
    timeoutS: Math.min(timeout, 50),
    signal: closed(),
  })
  if (answer.kind === 'conflict') throw new ApiError(409, answer.description)
  return answer.updates
}

const webhookSchema = z.object({
  url: z.string().default(''),
  secret_token: z.string().optional(),
  allowed_updates: z.unknown().optional(),
  drop_pending_updates: z.stringbool().or(z.boolean()).default(false),
})

function setWebhook(world: World, params: Params): true {
  const { url, secret_token: secret, allowed_updates, drop_pending_updates } = parsed(webhookSchema, params)
  if (drop_pending_updates) world.updates.clear()
  world.updates.allow(kindsOf(allowed_updates))
  world.updates.setWebhook(url === '' ? undefined : { url, secret })
  return true
}

function deleteWebhook(world: World, params: Params): true {
  if (parsed(webhookSchema, params).drop_pending_updates) world.updates.clear()
  world.updates.setWebhook(undefined)
  return true
}

function webhookInfo(world: World): unknown {
  const { url, pending, lastError } = world.updates.info()
  return {
    url,
    has_custom_certificate: false,
    pending_update_count: pending,
    ...(lastError && { last_error_date: seconds(lastError.at), last_error_message: lastError.message }),
  }
}

function reachable(world: World, params: Params): Person {
  const { chat_id } = parsed(z.object({ chat_id: z.coerce.string().default('') }), params)
  if (chat_id === '') throw new ApiError(400, 'Bad Request: chat_id is empty')
  const person = world.people.get(Number(chat_id))
  if (!person || person.relation === 'stranger') throw new ApiError(400, 'Bad Request: chat not found')
  if (person.isDeactivated) throw new ApiError(403, 'Forbidden: user is deactivated')
  if (person.relation === 'kicked') throw new ApiError(403, 'Forbidden: bot was blocked by the user')
  return person
}

function existing(world: World, params: Params): { person: Person; message: ChatMessage } {
  const person = reachable(world, params)
  const { message_id } = parsed(z.object({ message_id: z.coerce.number() }), params)
  const message = person.chat.find((shown) => shown.messageId === message_id && shown.from === 'bot')
  if (!message) throw new ApiError(400, 'Bad Request: message to edit not found')
  return { person, message }
}

function visibleText(raw: unknown, mode: unknown, limit: number): string {
  const text = typeof raw === 'string' ? raw : ''
  const visible = cleaned(typeof mode === 'string' && mode !== '' ? parsedText(text, mode) : text)
  if (visible.length > limit) {
    throw new ApiError(400, `Bad Request: message ${limit === 1024 ? 'caption ' : ''}is too long`)
  }
  return visible
}

function parsedText(text: string, mode: string): string {
  if (mode.toLowerCase() !== 'html') throw new ApiError(400, 'Bad Request: unsupported parse_mode')
  const html = parseHtml(text)
  if ('complaint' in html) throw new ApiError(400, `Bad Request: can't parse entities: ${html.complaint}`)
  return html.text
}

function markupOf(params: Params): Markup {
  const raw = params['reply_markup']
  if (raw === undefined || raw === null || raw === '') return { buttons: [] }
  const markup = readMarkup(fromJson(raw))
  if ('complaint' in markup) throw new ApiError(400, `Bad Request: ${markup.complaint}`)
  return markup
}

/** In a form the nested values come as JSON text. */
function fromJson(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  try {
    return JSON.parse(raw)
  } catch {
    throw new ApiError(400, "Bad Request: can't parse reply keyboard markup JSON object")
  }
}

function kindsOf(raw: unknown): string[] | undefined {
  if (raw === undefined || raw === '') return undefined
  const kinds = z.array(z.string()).safeParse(fromJson(raw))
  return kinds.success ? kinds.data : undefined
}

function parsed<T>(schema: z.ZodType<T>, params: Params): T {
  const result = schema.safeParse(params)
  if (result.success) return result.data
  throw new ApiError(400, `Bad Request: wrong parameter ${result.error.issues[0]?.path.join('.') ?? ''}`)
}
