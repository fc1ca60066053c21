/** A message before any messenger's own marks: plain text, a picture, buttons. Each channel escapes and lays it out in its own way. */
export type Message = {
  text: string
  /** A decoration: a channel that cannot show it, or whose messenger does not take it, sends the message without it. */
  picture?: Picture
  /** A picture of our own making, for messengers that take it with the call; the others send the text alone. */
  upload?: { name: string; bytes: Buffer }
  buttons?: Button[][]
  /** A keyboard below the input line: `requestContact` asks the person for his own phone; `remove` takes it away. */
  keyboard?: { requestContact: string } | 'remove'
  /** What it says, for a messenger that takes only approved templates outside a conversation. */
  about?: About
}

export type Picture = { url: string }

/** What a client can answer to a message about money with a button. */
export const answerWords = ['ok', 'question'] as const
export type AnswerWord = (typeof answerWords)[number]

/** An event type, and the values of the variables that its approved template may name. */
export type About = {
  type: string
  variables: Readonly<Record<string, string>>
  /** The variable that tells of a correction: a template that does not name it would announce a second payout. */
  mustName?: string
}

export type Button = { kind: 'link'; text: string; url: string } | { kind: 'callback'; text: string; payload: string }
