import type { ChannelName } from '../lib/channel-name.ts'
import type { Finding } from '../lib/finding.ts'
import type { Message } from './message.ts'

export { type ChannelName, channelNames, type WayName, wayNames } from '../lib/channel-name.ts'

/**
 * What one call to a messenger came to, in our words. A channel's own codes end here.
 *
 * - `sent`: the messenger took it.
 * - `refused`: this client cannot be reached here, now or later; the contact is marked with `reason`.
 * - `deferred`: surely not sent; try the same call again later.
 * - `limited`: surely not sent; pause the whole bot, or only this chat, for `retryAfterMs`. Uses up no attempt.
 * - `broken`: our token, template or payload is wrong. `scope` says whether the channel or only this message is broken.
 * - `unknown`: the answer was lost; the message may have arrived.
 * - `moved`: surely not sent; the chat has a new address, try again there.
 */
export type Outcome =
  | { kind: 'sent'; providerMessageId: string }
  | { kind: 'refused'; reason: 'blocked' | 'not_found' | 'rejected_by_channel'; code: string; description: string }
  | { kind: 'deferred'; reason: 'network' | 'channel_down'; code: string; description: string; retryAfterMs?: number }
  | { kind: 'limited'; scope: 'bot' | 'chat'; retryAfterMs: number; code: string; description: string }
  | { kind: 'broken'; scope: 'channel' | 'message'; code: string; description: string }
  | { kind: 'unknown'; code: string; description: string }
  | { kind: 'moved'; address: string; code: string; description: string }

/** What a person did in a messenger. `key` identifies the update, so that one that comes twice is worked once. */
export type Update = { key: string; address: string; at: Date } & (
  | { kind: 'start'; payload?: string }
  | { kind: 'text'; text: string }
  | { kind: 'press'; payload: string; pressId: string; messageId?: string }
  /** `own` is true only with the messenger's proof that the number is the sender's. */
  | { kind: 'contact'; phone: string; own: boolean; fullName?: string }
  | { kind: 'blocked' }
  | { kind: 'unblocked' }
  | Receipt
)

/**
 * What the messenger says later about a message of ours. It is named by the messenger's id, or by ours where the messenger
 * gives it back; `upTo` means this message and all before it in the chat. It may come before the send's own answer.
 */
export type Receipt = {
  kind: 'receipt'
  state: 'taken' | 'delivered' | 'read' | 'failed'
  providerMessageId?: string
  deliveryId?: string
  upTo?: boolean
  /** Why it failed, in the words of the outcomes; only with `failed`. */
  outcome?: Outcome
}

export type SendRequest = {
  address: string
  message: Message
  /** Stable over the attempts of one delivery: the messenger's idempotency key where it has one. */
  deliveryId: string
  /** Which call of this delivery it is, from 1. */
  attempt?: number
  /** When this person last wrote to us here; some messengers let us speak freely only for a while after it. */
  lastWroteAt?: Date | undefined
}

/**
 * What comes after a lost answer (promise 4). `marked`: one repeat, whose text says that it is one. `same`: one repeat
 * word for word, the messenger itself drops the second. `none`: a receipt will tell.
 */
export type Repeats = 'marked' | 'same' | 'none'

/** One messenger. Implementations live in a folder each and are listed in registry.ts. */
export type Channel = {
  name: ChannelName
  /** Sends within `deadlineMs`; never throws: every end is an Outcome. */
  send(request: SendRequest): Promise<Outcome>
  /** Takes the spinner off a pressed button and, when given, shows `notice`. Failure is of no consequence. */
  answerPress(update: { pressId: string; address: string; messageId?: string }, notice?: string): Promise<void>
  /** Receives updates until `signal` aborts; calls `handle` once per update, in the order of the messenger. */
  receive?(input: ReceiveInput): Promise<void>
  /** Where the messenger calls us; present when the settings hold what the door needs. */
  door?: Door
  /** One line for /readyz and `doctor`: is the token good, is the host reachable? */
  probe(): Promise<{ ok: boolean; detail: string }>
  /** An address that opens the chat with us, from where `payload` comes back as a start; undefined while nobody answers. */
  linkTo(payload: string): Promise<string | undefined>
  /**
   * What `doctor` shows: the token, the way there, who is told of updates, and what else this messenger asks for.
   * @param url where it should call us; undefined when it is polled.
   */
  inspect(url: string | undefined): Promise<Finding[]>
  /** Where there is more than one way to the messenger: which is in use, by this process. */
  way?(): Way | undefined
  /** Looks after those ways until the signal aborts. */
  watch?(input: WatchInput): Promise<void>
  close(): Promise<void>
}

/** `working` of `of` ways lead there, as far as this process knows; `detail` is one Russian sentence without secrets. */
export type Way = { working: number; of: number; detail: string }

export type WatchInput = {
  signal: AbortSignal
  /** After each look. */
  onWay(way: Way): void
}

export type ReceiveInput = {
  signal: AbortSignal
  /** Must resolve only after the update is stored; a rejection makes the channel deliver it again. */
  handle(update: Update): Promise<void>
  onTrouble(trouble: { code: string; description: string; fatal: boolean }): void
}

/** The messenger's way in over HTTP, in place of `receive`. */
export type Door = {
  /** Judges one request as it came, the body in raw bytes. Store the updates before giving the answer. */
  read(request: DoorRequest): { status: number; body: string; updates: Update[] }
  /** Asks the messenger to bring its updates to `url`. Those that waited are kept. */
  open?(url: string): Promise<{ ok: boolean; detail: string }>
  /** For a messenger that may forget us: `open` is called again so often, and does nothing where all is well. */
  reopenEveryMs?: number
}

export type DoorRequest = {
  method: 'GET' | 'POST'
  headers: Readonly<Record<string, string | string[] | undefined>>
  query: Readonly<Record<string, unknown>>
  body: Buffer
}
