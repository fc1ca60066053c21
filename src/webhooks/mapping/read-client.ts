import type { Event } from '../../events/event.ts'
import { compact } from './compact.ts'
import { readPhone } from './read-phone.ts'
import { readGuid, readId, readText } from './read-text.ts'
import { leavesOf, refuse, type Session } from './session.ts'

/** The person the news is for: a phone, an id, or both. */
export function readClient(session: Session): Event['client'] {
  const id = readId(session, 'client.id', 100) ?? readGuid(session, 'client.fullName', 'client.id')
  const phone = readPhone(session, id !== undefined)
  const fullName = readFullName(session)
  if (id === undefined && phone === undefined) refuseNobody(session)
  return compact({ id, phone, fullName })
}

function readFullName(session: Session): string | undefined {
  const whole = readText(session, 'client.fullName', 200)
  if (whole !== undefined) return whole.replace(/\s+/g, ' ')
  const parts = [
    readText(session, 'client.lastName', 60),
    readText(session, 'client.firstName', 60),
    readText(session, 'client.middleName', 60),
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join(' ').replace(/\s+/g, ' ')
}

function refuseNobody(session: Session): void {
  if (session.errors.some(({ code }) => code === 'phone_invalid' || code === 'field_invalid')) return
  const leaf = leavesOf(session, 'client.phone')[0] ?? leavesOf(session, 'client.id')[0]
  const where = leaf === undefined ? '' : `Поле «${leaf.name}» пустое. `
  refuse(
    session,
    leaf,
    'recipient_missing',
    `${where}Не указан получатель — передайте «Телефон» или «КлиентСсылка» (идентификатор клиента).`,
  )
}
