import type { Event } from '../events/event.ts'

/** The event as it may be shown to whoever edits texts: of names the initials are left. Templates show a phone only masked. */
export function maskedEvent(event: Event): Event {
  const { client } = event
  return {
    ...event,
    client: {
      ...client,
      ...(client.fullName === undefined ? {} : { fullName: maskedName(client.fullName) }),
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
