import { type ClientId, type Id, type IdKind, parseId, prefixOf } from '../lib/ids.ts'

/** What a button of the bot's own says: which command, about whom, and about what. */
export type Payload = { command: string; client: ClientId | undefined; argument: string }

/** The shortest payload that a messenger takes is Telegram's, 64 bytes: ids are written in 22 signs. */
export function payloadOf(command: string, client: ClientId | undefined, argument = ''): string {
  return `b:${command}:${client === undefined ? '' : shortId(client)}:${argument}`
}

/** Undefined for every payload that is none of these. */
export function payloadIn(text: string): Payload | undefined {
  const match = /^b:([a-z]{2,12}):([\w-]{22})?:([\w.-]{0,24})$/.exec(text)
  if (!match) return undefined
  const [, command = '', short, argument = ''] = match
  const client = short === undefined ? undefined : idOf('client', short)
  return short !== undefined && client === undefined ? undefined : { command, client, argument }
}

export function shortId(id: Id<IdKind>): string {
  return Buffer.from(id.slice(id.indexOf('_') + 1), 'hex').toString('base64url')
}

export function idOf<K extends IdKind>(kind: K, short: string): Id<K> | undefined {
  const bytes = Buffer.from(short, 'base64url')
  if (bytes.toString('base64url') !== short) return undefined
  return parseId(kind, `${prefixOf(kind)}_${bytes.toString('hex')}`)
}
