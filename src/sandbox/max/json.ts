import type { ChatMessage, Person, World } from './world.ts'

/** People and messages in the Bot API's own form (stabs of max-bot-api-client-go). */
export function userJson({ id, who }: Person): Record<string, unknown> {
  const { firstName, lastName } = who
  const name = lastName === undefined ? firstName : `${firstName} ${lastName}`
  return {
    user_id: id,
    first_name: firstName,
    ...(lastName !== undefined && { last_name: lastName }),
    is_bot: false,
    last_activity_time: Date.now(),
    name,
  }
}

export function messageJson(world: World, person: Person, message: ChatMessage): Record<string, unknown> {
  const isOurs = message.from === 'bot'
  return {
    recipient: {
      chat_id: person.chatId,
      chat_type: 'dialog',
      user_id: isOurs ? person.id : world.bot.user_id,
    },
    timestamp: message.at.getTime(),
    body: {
      mid: message.mid,
      seq: message.seq,
      text: message.text,
      ...(attachmentsOf(message).length > 0 && { attachments: attachmentsOf(message) }),
    },
    sender: isOurs ? world.bot : userJson(person),
  }
}

function attachmentsOf({ attachments = [], buttons, mid }: ChatMessage): object[] {
  if (buttons.length === 0) return attachments
  return [...attachments, { type: 'inline_keyboard', callback_id: mid, payload: { buttons } }]
}
