import type { Event } from '../../events/event.ts'
import { zoneOf } from '../../lib/moment.ts'
import { compact } from './compact.ts'
import { decideType } from './decide-type.ts'
import { decimalText } from './decimal.ts'
import type { MapContext } from './map-event.ts'
import { titleFirst } from './raw.ts'
import { readAmounts } from './read-amounts.ts'
import { readClient } from './read-client.ts'
import { readItems } from './read-items.ts'
import { readMoments } from './read-moments.ts'
import { readBranch, readConsent, readOperation } from './read-operation.ts'
import { readPayment } from './read-payment.ts'
import { findText, readId, readText } from './read-text.ts'
import { readNumber } from './read-weight.ts'
import { checkRequired } from './requirements.ts'
import { leavesOf, note, type Session, warn } from './session.ts'

/** Part by part; the type comes first, since it decides which sum and which date are the news. Undefined without a type. */
export function readEvent(session: Session, context: MapContext): Event | undefined {
  const ownZone = readZone(session)
  const branch = readBranch(session, ownZone)
  const zone = ownZone ?? zoneOf(context.branchTimezone?.(branch ?? {}) ?? '')
  if (zone !== undefined) session.zone = zone

  const { type, status } = decideType(session)
  const client = readClient(session)
  if (type === undefined) return undefined

  const items = readItems(session)
  const amounts = readAmounts(session, type, items)
  const moments = readMoments(session, type)
  const event: Event = compact({
    id: readId(session, 'id', 200),
    type,
    occurredAt: moments.occurredAt,
    infobase: readId(session, 'infobase', 100),
    branch,
    client,
    operation: readOperation(session, { date: moments.operationDate, kopecks: amounts.operation, items: items.items }),
    payment: readPayment(session, type, amounts.payment, moments),
    bonus: readBonus(session, amounts.points, moments.expiresAt),
    occasion: readText(session, 'occasion', 200),
    reason: readText(session, 'reason', 500),
    consent: readConsent(session),
    status,
    version: readId(session, 'version', 50),
  })
  checkRequired(session, event, context.requirements)
  return event
}

function readZone(session: Session): string | undefined {
  const found = findText(leavesOf(session, 'branch.timezone'), titleFirst)
  if (found === undefined) return undefined
  const zone = zoneOf(found.text)
  if (zone !== undefined) note(session, found.leaf, 'branch.timezone', zone)
  else {
    const expected = 'ожидается «Europe/Moscow» или «МСК+2»'
    warn(session, found.leaf, 'branch_timezone', `Поле «${found.leaf.name}»: часовой пояс не опознан — ${expected}.`)
  }
  return zone
}

function readBonus(session: Session, points: bigint | undefined, expiresAt: string | undefined): Event['bonus'] {
  const balance = readNumber(session, leavesOf(session, 'bonus.balance'), 'bonus.balance', { digits: 2 })
  const text = points === undefined ? undefined : decimalText({ units: points, scale: 2 })
  if (text === undefined && balance === undefined && expiresAt === undefined) return undefined
  return compact({ points: text, balance, expiresAt })
}
