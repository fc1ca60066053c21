/** A message before any messenger's own marks: plain text, and buttons. Each channel escapes and lays it out in its own way. */
export type Message = {
  text: string
  buttons?: Button[][]
  /** A keyboard below the input line: `requestContact` asks the person for his own phone; `remove` takes it away. */
  keyboard?: { requestContact: string } | 'remove'
}

export type Button = { kind: 'link'; text: string; url: string } | { kind: 'callback'; text: string; payload: string }
