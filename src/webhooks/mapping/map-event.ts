import { type Event, type EventType, eventSchema } from '../../events/event.ts'
import type { FieldError } from '../../lib/errors.ts'
import { zoneOf } from '../../lib/moment.ts'
import { findCard, hasCard, maskCards } from './card.ts'
import { compile } from './compile.ts'
import type { Profile } from './profile.ts'
import { idFirst, isRecord } from './raw.ts'
import { shownAmount } from './read-amounts.ts'
import { readEvent } from './read-event.ts'
import { findText } from './read-text.ts'
import type { Requirements } from './requirements.ts'
import { leavesOf, refuse, type Session, shownName, type Understood } from './session.ts'
import { understand } from './understand.ts'
import type { Warning } from './warning.ts'
import { isCanonicalForm } from './words.ts'

export type MapContext = {
  /** For dates without a zone, when neither the event, nor its branch, nor the profile has one. */
  timezone: string
  now: Date
  requirements: Requirements
  /** The zone of a branch that we know, by what the event says of it. */
  branchTimezone?: (branch: { code?: string | undefined; name?: string | undefined }) => string | undefined
}

/** `understood` and `ignored` are for the dry run: what each of the sender's fields became, and what nobody asked for. */
type Told = { warnings: Warning[]; understood: Understood[]; ignored: string[] }

/** What could be made out of a refused event: for the journal, and for whoever has to find it in 1C. */
type Gist = { id?: string; type?: EventType; amount?: string; phone?: string }

export type Mapped = ({ ok: true; event: Event } & Told) | ({ ok: false; errors: FieldError[]; partial: Gist } & Told)

/**
 * The canonical event that a sender's JSON stands for, or what is wrong with it, under the sender's own names. Pure,
 * total and deterministic: `now` decides warnings only, so the same JSON always gives the same event.
 */
export function mapEvent(profile: Profile, raw: unknown, context: MapContext): Mapped {
  if (!isRecord(raw)) return notAnObject

  const session = sessionOf(profile, raw, context)
  const card = findCard(raw)
  if (card !== undefined) refuseCard(session, card)
  const event = readEvent(session, context)
  if (event === undefined || session.errors.length > 0) return refused(session, event)

  const checked = eventSchema.safeParse(event)
  if (!checked.success) {
    for (const { path } of checked.error.issues.slice(0, 10)) refuseByPath(session, path.map(String).join('.'))
    return refused(session, event)
  }
  if (holdsCard(checked.data)) {
    refuseCard(session, 'событие')
    return refused(session, event)
  }
  return { ok: true, event: checked.data, ...told(session, true) }
}

function sessionOf(profile: Profile, raw: Record<string, unknown>, context: MapContext): Session {
  const compiled = compile(profile)
  const { fields, rows, unknown, isTooBig } = understand(compiled, raw)
  const session: Session = {
    compiled,
    fields,
    rows,
    unknown,
    zone: zoneOf(profile.timezone ?? context.timezone) ?? 'Europe/Moscow',
    now: context.now,
    isCanonical: isCanonicalForm(raw),
    errors: [],
    warnings: [],
    understood: [],
    used: new Set(),
  }
  if (isTooBig) {
    const advice = 'передавайте только то, что нужно для сообщения клиенту'
    refuse(session, undefined, 'field_invalid', `В событии слишком много полей — ${advice}.`)
  }
  return session
}

function refuseCard(session: Session, name: string): void {
  session.errors.unshift({
    code: 'card_number_full',
    field: name,
    message:
      `Поле «${name}» похоже на полный номер карты — передавайте только последние 4 цифры; запрос не сохранён. ` +
      'Если это идентификатор, а не карта, добавьте к нему букву.',
  })
}

/** A phone of 13 and more digits may pass Luhn; it was read as a phone and is written as one. */
function holdsCard(event: Event): boolean {
  const { client, ...rest } = event
  return findCard(rest) !== undefined || hasCard(client.id ?? '') || hasCard(client.fullName ?? '')
}

/** A value that the readers let through and the event's schema does not. */
function refuseByPath(session: Session, path: string): void {
  const field = session.understood.find(({ to }) => to === path)?.from ?? path
  session.errors.push({
    code: 'field_invalid',
    field,
    message: `Поле «${field}» не подходит по формату — сверьтесь с описанием на странице /docs.`,
  })
}

function refused(session: Session, event: Event | undefined): Mapped {
  const id = event?.id ?? findText(leavesOf(session, 'id'), idFirst)?.text.slice(0, 200)
  const phone = event?.client.phone ?? session.understood.find(({ to }) => to === 'client.phone')?.value
  const amount = shownAmount(session)
  const partial: Gist = {
    ...(id === undefined || hasCard(id) ? {} : { id }),
    ...(event === undefined ? {} : { type: event.type }),
    ...(amount === undefined ? {} : { amount }),
    ...(phone === undefined ? {} : { phone }),
  }
  const all = told(session, event !== undefined)
  const understood = all.understood.map(({ from, to, value }) => ({
    from: maskCards(from),
    to,
    value: maskCards(value),
  }))
  return { ok: false, errors: session.errors, partial, ...all, understood }
}

/** Without a type nothing past it was read, so a field that was not used is not one that nobody asked for. */
function told({ warnings, understood, unknown, fields, used }: Session, isRead: boolean): Told {
  const isUnused = (value: unknown) => value !== null && value !== ''
  const unused = isRead ? [...fields.values()].flat().filter((leaf) => !used.has(leaf) && isUnused(leaf.value)) : []
  return { warnings, understood, ignored: [...unknown.map(maskCards), ...unused.map(shownName)].slice(0, 200) }
}

const notAnObject: Mapped = {
  ok: false,
  errors: [{ code: 'field_invalid', message: 'Событие должно быть объектом JSON {…}.' }],
  partial: {},
  warnings: [],
  understood: [],
  ignored: [],
}
