/** What an emulator tells the page of itself: the page knows no messenger. */
export type PageSource = {
  /** Colours and nothing else. */
  messenger: 'telegram' | 'vk' | 'max' | 'whatsapp'
  title: string
  receivedCount(): number
  /** In the order they came to be. */
  chats(): Chat[]
  /** What a newcomer has to tell of his phone. */
  newcomerPhone: 'none' | 'optional' | 'required'
  /** A client who comes to be on the page; answers his chat's id, or what was wrong. */
  introduce(who: Newcomer): { id: string } | Complaint
  act(chatId: string, act: string, text: string): Complaint | undefined
  press(chatId: string, place: ButtonPlace): Complaint | undefined
  faults: FaultPanel
}

/** One Russian sentence for whoever looks at the page. */
export type Complaint = { complaint: string }

export type Newcomer = { name: string; phone: string | undefined }

export type Chat = {
  id: string
  name: string
  /** Under the name: the number, and what he is to the bot. */
  state: string
  /** What a phone shows in place of the field for words when nothing was said yet: «Запустить». */
  startTitle: string
  hasStarted: boolean
  acts: Act[]
  messages: Message[]
  /** Below the input line. */
  keyboard: Button[][]
  /** What the last pressed button showed him. */
  notice: string | undefined
}

/** A button of the page that is no part of the chat. Rare ones stand apart. */
export type Act = { act: string; title: string; isRare?: boolean }

export type Message = {
  id: string
  from: 'bot' | 'person'
  at: Date
  text: string
  hasPhoto?: boolean
  buttons: Button[][]
  /** Absent where the messenger's phone shows no such thing. */
  isRead?: boolean
  /** Such as the template it was made of. */
  note?: string
}

export type Button = { text: string; url?: string }

/** The button of a message, or of the keyboard below the input line. */
export type ButtonPlace = { messageId: string | undefined; row: number; column: number; text: string }

export type FaultPanel = {
  offers(): FaultOffer[]
  arm(order: FaultOrder): Complaint | undefined
  armed(): ArmedLine[]
  clear(): void
}

export type FaultOffer = { name: string; title: string; hint: string; takesSeconds: boolean; isAimed: boolean }
export type FaultOrder = { name: string; times: number; seconds: number; chatId: string | undefined }
export type ArmedLine = { title: string; left: number; chatId: string | undefined }
