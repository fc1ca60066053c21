import type { Event } from '../../events/event.ts'
import { decimalOf } from '../../lib/money.ts'
import { compactOrNothing } from './compact.ts'
import { nameFirst, titleFirst } from './raw.ts'
import type { ItemsRead } from './read-items.ts'
import { findText, isGuid, readGuid, readId, readText } from './read-text.ts'
import { leavesOf, note, type Session } from './session.ts'

type Operation = NonNullable<Event['operation']>
type Branch = NonNullable<Event['branch']>

/** The document: its identity, its scrap, its sum. */
export function readOperation(
  session: Session,
  known: { date: string | undefined; kopecks: bigint | undefined; items: ItemsRead['items'] },
): Operation | undefined {
  const id = readId(session, 'operation.id', 100) ?? readGuid(session, 'operation.title', 'operation.id')
  const number = readId(session, 'operation.number', 100) ?? numberInTitle(session)
  return compactOrNothing<Operation>({
    id,
    number,
    date: known.date,
    items: known.items.length === 0 ? undefined : known.items,
    amount: known.kopecks === undefined ? undefined : decimalOf(known.kopecks),
  })
}

/** «Приемо-сдаточный акт НН00-000123 от 23.11.2025 12:31:05»: how 1C writes a document as text. */
function numberInTitle(session: Session): string | undefined {
  const found = findText(leavesOf(session, 'operation.title'), titleFirst, (title) => !isGuid(title))
  const text = found?.text.slice(0, 300) ?? ''
  const number = /(\S{1,50})\s+от\s+\d{1,2}\.\d{1,2}\.\d{4}/.exec(text)?.[1] ?? /^\S{0,20}\d\S{0,20}$/.exec(text)?.[0]
  if (found === undefined || number === undefined) return undefined
  note(session, found.leaf, 'operation.number', number)
  return number
}

export function readBranch(session: Session, zone: string | undefined): Branch | undefined {
  const code = readId(session, 'branch.code', 50)
  const name = readText(session, 'branch.name', 200)
  return compactOrNothing<Branch>({ code, name, timezone: zone })
}

/** Once the sender has asked, the answer matters: what is neither yes nor no is not told as either. */
export function readConsent(session: Session): Event['consent'] {
  const found = findText(leavesOf(session, 'consent.advertising'), nameFirst)
  if (found === undefined) return undefined
  const isGiven = /^(?:true|истина|да|yes|y|1|дано|получено|есть|granted|согласен|согласна)$/i.test(found.text)
  const isRefused = /^(?:false|ложь|нет|no|n|0|отозвано|отказ|revoked|несогласен|несогласна)$/i.test(found.text)
  if (!isGiven && !isRefused) return undefined
  note(session, found.leaf, 'consent.advertising', String(isGiven))
  return { advertising: isGiven }
}
