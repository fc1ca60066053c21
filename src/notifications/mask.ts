import type { Event } from '../events/event.ts'

/** The event as it may be shown to whoever edits texts: of names the initials are left, of the phone its ends. */
export function maskedEvent(event: Event): Event {
  const { client } = event
  return {
    ...event,
    client: {
      ...client,
      ...(client.fullName === undefined ? {} : { fullName: maskedName(client.fullName) }),
      ...(client.phone === undefined ? {} : { phone: maskedPhoneNumber(client.phone) }),
    },
  }
}

/** «Иванов Иван Петрович» → «И••• И••• П•••»: as many words, so that the text takes the same turns. */
export function maskedName(name: string): string {
  return name
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => `${[...word][0] ?? ''}•••`)
    .join(' ')
}

function maskedPhoneNumber(phone: string): string {
  return phone.length < 8 ? '•••' : `${phone.slice(0, 5)}•••${phone.slice(-2)}`
}
