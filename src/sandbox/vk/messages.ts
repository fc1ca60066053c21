import { z } from 'zod'
import { ApiError, wrongParameter } from './errors.ts'
import { parsed, readKeyboard } from './keyboard.ts'
import { type Button, type ChatMessage, type Person, show, type World } from './world.ts'

export type Params = Readonly<Record<string, string>>

/** The methods of `messages` that a community has use for. */
export const messageMethods: Record<string, (world: World, params: Params) => unknown> = {
  'messages.send': send,
  'messages.sendMessageEventAnswer': answerPress,
  'messages.isMessagesFromGroupAllowed': (world, params) => ({
    is_allowed: world.people.get(idIn(params, 'user_id'))?.permission === 'allowed' ? 1 : 0,
  }),
  'messages.getConversationsById': conversations,
  'messages.getHistory': history,
}

const hourMs = 3_600_000

function send(world: World, params: Params): unknown {
  const { random_id: randomId = '', peer_ids: list } = params
  if (!/^-?\d{1,19}$/.test(randomId)) throw wrongParameter('random_id is a required parameter')
  if (list === undefined) return sendTo(world, peerIn(params), params).messageId
  const peers = list.split(',')
  if (peers.length > 100 || !peers.every((peer) => /^-?\d+$/.test(peer))) throw wrongParameter('peer_ids is invalid')
  return peers.map((peer) => sendToOneOf(world, Number(peer), params))
}

/** Of many recipients each has its own answer, inside a success. */
function sendToOneOf(world: World, peer: number, params: Params): object {
  try {
    const { messageId, cmid } = sendTo(world, peer, params)
    return { peer_id: peer, message_id: messageId, conversation_message_id: cmid }
  } catch (error) {
    if (!(error instanceof ApiError) || error.error < 900) throw error
    const { error: code, message: description } = error
    return { peer_id: peer, message_id: 0, conversation_message_id: 0, error: { code, description } }
  }
}

function peerIn(params: Params): number {
  const given = ['peer_id', 'user_id'].filter((name) => params[name] !== undefined)
  if (given.length !== 1) throw wrongParameter('you should specify peer_id, user_id, domain, chat_id or user_ids param')
  return idIn(params, given[0] ?? '')
}

function idIn(params: Params, name: string): number {
  const id = Number(params[name])
  if (!Number.isInteger(id) || id === 0) throw wrongParameter(`${name} is invalid`)
  return id
}

/** The practical ceiling of a text; the schema's own is 9000. */
const longestText = 4096

function sendTo(world: World, peer: number, params: Params): ChatMessage {
  const text = visible(params['message'] ?? '')
  if (text === '') throw wrongParameter('message is empty or invalid')
  if ((params['message'] ?? '').length > longestText) throw new ApiError(914)
  const keyboard = params['keyboard'] === undefined ? undefined : readKeyboard(params['keyboard'])
  const person = reachable(world, peer)
  // Documented as int32; a longer one, which vk-io makes, is taken and cut.
  const randomId = Number(BigInt.asIntN(32, BigInt(params['random_id'] ?? 0)))
  const same = alreadySent(person, randomId)
  if (same) return same
  if (keyboard && 'below' in keyboard) person.keyboard = keyboard.below
  const buttons: Button[][] = keyboard && 'inline' in keyboard ? keyboard.inline : []
  const hasLinkPreview = /https?:\/\//.test(text) && params['dont_parse_links'] !== '1'
  return show(world, person, { text, randomId, buttons, hasLinkPreview })
}

function reachable(world: World, peer: number): Person {
  const person = world.people.get(peer)
  if (person?.isDeactivated) throw new ApiError(18)
  if (person?.isBlacklisted) throw new ApiError(900)
  if (person?.permission !== 'allowed') throw new ApiError(901)
  return person
}

/** The same dialog, the last hour, the last hundred messages; 0 turns it off (dev.vk.com/ru/method/messages.send). */
function alreadySent(person: Person, randomId: number): ChatMessage | undefined {
  if (randomId === 0) return undefined
  const since = Date.now() - hourMs
  return person.dialog
    .slice(-100)
    .find((each) => each.from === 'group' && each.randomId === randomId && each.at.getTime() > since)
}

/** A mention loses its marks: `[id1|text]`, `[club1|text]`, `[https://vk.com/…|text]`, `@id1 (text)`, `*club1 (text)`. */
function visible(text: string): string {
  return text
    .trim()
    .replace(/\[(?:id|club|public)\d+\|([^\]]*)\]|\[https?:\/\/vk\.[^\]|]*\|([^\]]*)\]/g, '$1$2')
    .replace(/[@*](?:id|club|public)\d+ ?\(([^)]*)\)/g, '$1')
}

const eventDataSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('show_snackbar'), text: z.string().min(1).max(90) }),
  z.strictObject({ type: z.literal('open_link'), link: z.url() }),
])

/** An event_id lives for a minute and is answered once. */
function answerPress(world: World, params: Params): 1 {
  const press = world.presses.get(params['event_id'] ?? '')
  const isTheirs = press?.userId === idIn(params, 'user_id') && press.userId === idIn(params, 'peer_id')
  if (!press || !isTheirs || press.isAnswered || Date.now() - press.at.getTime() > 60_000)
    throw wrongParameter('event_id is invalid or expired')
  const raw = params['event_data']
  const data = raw === undefined ? undefined : eventDataSchema.safeParse(parsed(raw))
  if (data?.success === false) throw wrongParameter('event_data is invalid')
  press.isAnswered = true
  const person = world.people.get(press.userId)
  if (person && data?.data.type === 'show_snackbar') person.snackbar = data.data.text
  return 1
}

function conversations(world: World, params: Params): object {
  const peers = (params['peer_ids'] ?? '').split(',').map(Number)
  if (!peers.every((peer) => Number.isInteger(peer) && peer !== 0)) throw wrongParameter('peer_ids is undefined')
  const items = peers.map((id) => {
    const person = world.people.get(id)
    const allowed = person?.permission === 'allowed'
    const last = person?.dialog.at(-1)
    return {
      peer: { id, type: 'user', local_id: id },
      last_message_id: last?.messageId ?? 0,
      last_conversation_message_id: last?.cmid ?? 0,
      in_read: 0,
      out_read: 0,
      can_write: { allowed, ...(!allowed && { reason: 901 }) },
    }
  })
  return { count: items.length, items }
}

/** The newest first; an outgoing message tells its random_id. */
function history(world: World, params: Params): object {
  const dialog = world.people.get(idIn(params, 'peer_id'))?.dialog ?? []
  const count = Math.min(Number(params['count'] ?? 20), 200)
  const items = dialog
    .slice(-count)
    .reverse()
    .map(({ messageId: id, cmid, from, text, randomId, at }) => {
      const date = Math.floor(at.getTime() / 1000)
      return { id, conversation_message_id: cmid, out: from === 'group' ? 1 : 0, text, date, random_id: randomId ?? 0 }
    })
  return { count: dialog.length, items }
}
