import { type EventId, parseId } from '../../lib/ids.ts'
import { phoneIn } from '../../lib/phone.ts'
import { numberPattern, numberVariants } from './numbers.ts'
import { nameLike, peopleAmong, phoneTail, scanPeople } from './people.ts'
import {
  eventOfDelivery,
  eventsOfSenderId,
  hasMoreDeliveriesThan,
  knownOperations,
  maySeeEvent,
  operationsLike,
  type Person,
  peopleByIds,
  peopleByPhone,
  type SearchNeeds,
} from './store.ts'

/** Numbers are found by their end only among so many latest messages: there is no index of ends. */
export const numbersAmong = 20_000
export const mostShown = 50

export type Found =
  | { kind: 'event'; id: EventId }
  | {
      kind: 'matches'
      /** «по телефону», for the sentence above the result. */
      by: string
      people: Person[]
      /** Numbers or ids of operations, as they are stored. */
      operations: string[]
      /** There is more than is shown here. */
      hasMore: boolean
      /** What was not looked through, in words; undefined when everything was. */
      limits: string | undefined
    }

/** What the one search field means: exact keys first, then the end of a number or of a phone, then the name. */
export async function search(needs: SearchNeeds, q: string): Promise<Found> {
  return (
    (await byOwnId(needs, q)) ??
    (await byPhone(needs, q)) ??
    (await byOperation(needs, q)) ??
    (await bySenderId(needs, q)) ??
    (await byPart(needs, q))
  )
}

async function byOwnId(needs: SearchNeeds, q: string): Promise<Found | undefined> {
  const text = q.toLowerCase()
  const event = parseId('event', text)
  if (event !== undefined) return await visibleEvent(needs, event)
  const delivery = parseId('delivery', text)
  const owner = delivery === undefined ? undefined : await eventOfDelivery(needs.db, delivery)
  return owner === undefined ? undefined : await visibleEvent(needs, owner)
}

/** Another branch's event is not even led to: that would tell that there is one. */
async function visibleEvent({ db, within }: SearchNeeds, id: EventId): Promise<Found | undefined> {
  return (await maySeeEvent(db, id, within)) ? { kind: 'event', id } : undefined
}

async function byPhone(needs: SearchNeeds, q: string): Promise<Found | undefined> {
  const phone = phoneIn(q)
  return phone === undefined ? undefined : people('по телефону', await peopleByPhone(needs, phone))
}

async function byOperation(needs: SearchNeeds, q: string): Promise<Found | undefined> {
  const operations = await knownOperations(needs, numberVariants(q))
  if (operations.length === 0) return undefined
  return { kind: 'matches', by: 'по документу', people: [], operations, hasMore: false, limits: undefined }
}

async function bySenderId(needs: SearchNeeds, q: string): Promise<Found | undefined> {
  const [event, another] = await eventsOfSenderId(needs, q)
  if (event !== undefined && another === undefined) return { kind: 'event', id: event }
  return people('по коду клиента', await peopleByIds(needs, [q, q.toLowerCase()]))
}

function people(by: string, found: Person[]): Found | undefined {
  if (found.length === 0) return undefined
  const shown = found.slice(0, mostShown)
  return { kind: 'matches', by, people: shown, operations: [], hasMore: found.length > shown.length, limits: undefined }
}

async function byPart(needs: SearchNeeds, q: string): Promise<Found> {
  const pattern = numberPattern(q)
  const numbers = pattern === undefined ? [] : await operationsLike(needs, pattern, numbersAmong, mostShown + 1)
  const tail = phoneTail(q)
  const isWanted = tail ?? nameLike(q)
  const scanned = isWanted ? await scanPeople(needs, isWanted, mostShown) : { people: [], hasMore: false, isCut: false }
  const isNumbersCut = pattern !== undefined && (await hasMoreDeliveriesThan(needs.db, numbersAmong))
  const ways = [
    ...(pattern === undefined ? [] : ['по концу номера документа']),
    ...(tail ? ['по концу телефона'] : isWanted ? ['по имени'] : []),
  ]
  return {
    kind: 'matches',
    by: ways.join(' и '),
    people: scanned.people,
    operations: numbers.slice(0, mostShown),
    hasMore: scanned.hasMore || numbers.length > mostShown,
    limits: limitsOf(isNumbersCut, scanned.isCut),
  }
}

/** Says honestly what was not looked through. */
function limitsOf(isNumbersCut: boolean, isPeopleCut: boolean): string | undefined {
  const number = new Intl.NumberFormat('ru')
  const limits = [
    ...(isPeopleCut
      ? [`Имена и телефоны зашифрованы, поэтому просмотрены только ${number.format(peopleAmong)} новых клиентов.`]
      : []),
    ...(isNumbersCut ? [`По концу номера просмотрены только ${number.format(numbersAmong)} последних сообщений.`] : []),
  ]
  return limits.length === 0 ? undefined : [...limits, 'Целый номер или целый телефон находится всегда.'].join(' ')
}
