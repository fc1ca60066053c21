import assert from 'node:assert/strict'
import type { Channel, Outcome, Update } from '../../src/channels/channel.ts'
import type { Message } from '../../src/channels/message.ts'

/** What a channel's own test gives the suite: the channel, a messenger behind it, and a hand on both. */
export type ChannelHarness = {
  channel: Channel
  /** The deadline and the connect timeout of `channel`, short ones. */
  deadlineMs: number
  connectTimeoutMs: number
  /** The same channel with something wrong. `close` of the harness closes these too. */
  broken(what: 'token' | 'refused' | 'hanging'): Promise<Channel>
  person: HarnessPerson
  /** What his coming back looks like; `unblocked` unless the messenger has no word for it. */
  comesBackAs?: 'start'
  /** A well-formed address of somebody who never wrote to us. */
  strangerAddress: string
  faults: HarnessFaults
  /** Calls to send that reached the messenger, whatever came of them. */
  sendCalls(): number
  /** Secrets, names, phones: nothing of it may stand in an outcome. */
  secrets: string[]
  /** The longest text the messenger takes, and the longest payload of a button in bytes. */
  limits: { text: number; payloadBytes: number }
  /** Begins to receive in the channel's usual way: polling, or requests at our door. */
  receive(handle: (update: Update) => Promise<void>): Promise<{ troubles: string[]; stop(): Promise<void> }>
  close(): Promise<void>
}

export type HarnessPerson = {
  address: string
  received(): { text: string; buttons: string[]; picture?: string | undefined }[]
  start(payload: string): void
  say(text: string): void
  press(text: string): void
  notice(): string | undefined
  shareOwnContact(): void
  forwardContact(phone: string): void
  block(): void
  unblock(): void
  phone: string
}

export type HarnessFaults = {
  limit(retryAfterS: number): void
  lostAnswer(): void
  dropped(): void
  hang(): void
  slow(ms: number): void
  garbage(): void
  serverError(): void
  rejectedMessage(): void
  /** The next picture is not taken; only where pictures are sent. */
  rejectedPicture?(): void
  /** The next call for updates fails on the way; only where the channel polls. */
  updatesDropped?(): void
}

/** What people do; what the messenger reports of our own messages is not of them. */
export async function collecting(h: ChannelHarness): Promise<{ updates: Update[]; stop(): Promise<void> }> {
  const updates: Update[] = []
  const { stop } = await h.receive(async (update) => {
    if (update.kind !== 'receipt') updates.push(update)
  })
  return { updates, stop }
}

export function wordsOf(update: Update): string {
  if (update.kind === 'start') return update.payload === undefined ? 'start' : `start ${update.payload}`
  return update.kind === 'text' ? `text ${update.text}` : update.kind
}

export function textsOf(h: ChannelHarness): string[] {
  return h.person.received().map((message) => message.text)
}

/** No outcome may carry the text, the address, a name, a phone or a secret; `moved` carries an address by design. */
export function assertClean(h: ChannelHarness, outcome: Outcome, message: Message): void {
  const { kind, ...rest } = outcome
  const said = JSON.stringify(kind === 'moved' ? { ...rest, address: '' } : rest)
  for (const secret of [...h.secrets, h.person.address, h.person.phone, message.text]) {
    if (secret.length > 3) assert.ok(!said.includes(secret), `an outcome of kind ${kind} gives away something private`)
  }
}

export async function timed<T>(act: () => Promise<T>): Promise<{ value: T; tookMs: number }> {
  const begun = performance.now()
  const value = await act()
  return { value, tookMs: performance.now() - begun }
}

export async function until(isSo: () => boolean, deadlineMs = 20_000): Promise<void> {
  const end = Date.now() + deadlineMs
  while (!isSo()) {
    assert.ok(Date.now() < end, `expected within ${deadlineMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
