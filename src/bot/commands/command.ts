import type { Client, Contact } from '../../clients/client.ts'
import type { ClientSettings } from '../../clients/settings/settings.ts'
import type { AnswerNeeds, ChatUpdate } from '../chat.ts'
import { payloadOf } from '../payload.ts'

/** Who asks, in which chat, and about what. */
export type Asked = {
  client: Client
  /** The link of this client to this chat. */
  contact: Contact
  settings: ClientSettings
  /** What the button says beyond its command. */
  argument: string
  update: ChatUpdate
}

/** A button under an answer, whichever way the messenger shows it. */
export type Option = { label: string; payload: string }

/** `options` in rows, as they look best where there is room. */
export type Reply = { text: string; options?: Option[][] }

/** One thing that a client can ask the bot. */
export type Command = {
  /** The first word of its payload. */
  name: string
  /** On its button. */
  label: string
  /** False for what everybody may ask about himself, whatever he has agreed to. */
  needsConsent: boolean
  /** Undefined for what no button of ours in this chat can say: it is refused quietly. */
  run(needs: AnswerNeeds, asked: Asked): Promise<Reply | undefined>
}

export function optionOf({ name, label }: Pick<Command, 'name' | 'label'>, { client }: Asked, argument = ''): Option {
  return { label, payload: payloadOf(name, client.id, argument) }
}
