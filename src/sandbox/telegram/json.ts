import type { ChatMessage, Person, World } from './world.ts'

/** People, chats and messages in the Bot API's own form. */
export function messageJson(world: World, person: Person, message: ChatMessage): Record<string, unknown> {
  const fileId = message.fileId ?? message.photo
  return {
    message_id: message.messageId,
    from: message.from === 'bot' ? world.bot : userJson(person),
    chat: chatJson(person),
    date: seconds(message.at),
    ...(message.photo === undefined
      ? { text: message.text }
      : {
          photo: [{ file_id: fileId, file_unique_id: fileId, width: 1, height: 1 }],
          caption: message.text,
        }),
  }
}

export function userJson({ id, who }: Person): Record<string, unknown> {
  return { id, is_bot: false, first_name: who.firstName, ...lastName(who), language_code: 'ru' }
}

export function chatJson({ id, who }: Person): Record<string, unknown> {
  return { id, type: 'private', first_name: who.firstName, ...lastName(who) }
}

function lastName({ lastName }: Person['who']): Record<string, string> {
  return lastName === undefined ? {} : { last_name: lastName }
}

export function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000)
}
