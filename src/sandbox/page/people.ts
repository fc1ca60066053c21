import type { Complaint, Newcomer } from './source.ts'

/** What the pages of the four emulators do alike with their people. */
export type People<Hands> = {
  act(chatId: string, act: string, text: string): Complaint | undefined
  /** Does the work in the chat of whoever that is. */
  inChat(chatId: string, work: (hands: Hands) => Complaint | undefined): Complaint | undefined
}

export type Acts<Hands> = Readonly<Record<string, (hands: Hands, text: string) => unknown>>

export function createPeople<Hands>(find: (chatId: string) => Hands | undefined, acts: Acts<Hands>): People<Hands> {
  const inChat = (chatId: string, work: (hands: Hands) => Complaint | undefined) => {
    const hands = find(chatId)
    return hands === undefined ? { complaint: 'Такого клиента нет.' } : work(hands)
  }
  return {
    inChat,
    act: (chatId, act, text) =>
      inChat(chatId, (hands) => {
        if (!Object.hasOwn(acts, act)) return { complaint: 'Такого действия нет.' }
        if (act === 'say' && text.trim() === '') return { complaint: 'Напишите сообщение.' }
        acts[act]?.(hands, text)
        return undefined
      }),
  }
}

/** One pair of hands a person for the page's whole life: they know the last press, and with it the notice. */
export function remembered<Person extends object, Hands>(make: (person: Person) => Hands): (person: Person) => Hands {
  const known = new WeakMap<Person, Hands>()
  return (person) => {
    const hands = known.get(person) ?? make(person)
    known.set(person, hands)
    return hands
  }
}

/** «Иван Петров» as messengers keep a name. */
export function nameOf({ name }: Newcomer): { firstName: string; lastName?: string } {
  const [firstName = name, ...rest] = name.split(/\s+/)
  return { firstName, ...(rest.length > 0 && { lastName: rest.join(' ') }) }
}

export function fullName({ firstName, lastName }: { firstName: string; lastName?: string | undefined }): string {
  return lastName === undefined ? firstName : `${firstName} ${lastName}`
}

/** A number that nobody has yet. */
export function nextId(taken: Iterable<number>): number {
  return Math.max(1000, ...taken) + 1
}

export const buttonIsGone: Complaint = { complaint: 'Этой кнопки в чате больше нет.' }
export const hasNoPhone: Complaint = {
  complaint: 'У этого клиента нет номера телефона. Добавьте нового клиента с номером.',
}
