import { catalog } from '../../events/catalog.ts'
import { eventTypes } from '../../events/event.ts'
import { zoneOf } from '../../lib/moment.ts'
import { compile } from './compile.ts'
import { type Lists, listEntries, nameOf } from './lists.ts'
import { type Mapped, mapEvent } from './map-event.ts'
import { keyOf, wordOf } from './names.ts'
import { overridden, type Profile, type ProfileOverride, scopes } from './profile.ts'

/** What is wrong with a change of a profile. `path` leads into the change. */
export type Flaw = { path: string; message: string }

/** A part of a change that would not do what it says, or that would leave a profile which understands nothing. Pure. */
export function flawsOf(shipped: Profile, override: ProfileOverride): Flaw[] {
  const effective = overridden(shipped, override)
  const { targets, containers, events, statuses, methods } = compile(effective)
  const flaws = [
    ...misled('fields', override.fields, (alias) => targets.get(nameOf(alias))?.field, nameOf),
    ...foreignScopes(override),
    ...misled('containers', override.containers, (word) => containers.get(keyOf(word)), keyOf),
    ...misled('events', override.events, (word) => events.get(wordOf(word)), wordOf),
    ...misled('statuses', override.statuses, (word) => statuses.get(wordOf(word)), wordOf),
    ...misled('methods', override.methods, (word) => methods.get(wordOf(word)), wordOf),
    ...deadWrappers(override, containers),
    ...unknownZone(override),
  ]
  return flaws.length > 0 ? flaws : refusedSamples(effective)
}

/** What a change costs, without making the profile useless: canonical events that are read otherwise than before. */
export function costsOf(shipped: Profile, override: ProfileOverride): Flaw[] {
  const effective = overridden(shipped, override)
  return eventTypes.flatMap((type) => {
    const [before, after] = [sampled(shipped, type), sampled(effective, type)]
    if (!before.ok || !after.ok || JSON.stringify(before.event) === JSON.stringify(after.event)) return []
    return [
      { path: '', message: `Событие «${type}» в канонической форме теперь читается иначе: проверьте имена полей.` },
    ]
  })
}

/** Each word must come to mean what the change says. */
function misled<Meaning extends string>(
  part: string,
  lists: Lists<Meaning> | undefined,
  meaningOf: (word: string) => Meaning | undefined,
  normalise: (word: string) => string,
): Flaw[] {
  return listEntries(lists ?? {}).flatMap(([meaning, words]) =>
    words.flatMap((word, index) => {
      const path = `${part}.${meaning}.${index}`
      if (isBlank(normalise(word)))
        return [{ path, message: `В «${word}» нет ни одной буквы или цифры: такое имя ничему не соответствует.` }]
      const came = meaningOf(word)
      if (came === meaning) return []
      return [{ path, message: `«${word}» указано и для «${came}», и для «${meaning}». Оставьте одно.` }]
    }),
  )
}

function isBlank(name: string): boolean {
  return name.split('.').some((part) => part.replace('@', '') === '')
}

function foreignScopes({ fields }: ProfileOverride): Flaw[] {
  const known = scopes.map((scope) => `@${scope}`)
  return listEntries(fields ?? {}).flatMap(([field, aliases]) =>
    aliases.flatMap((alias, index) => {
      const [scope = '', ...rest] = alias.split('.')
      if (!scope.startsWith('@') || (known.includes(scope) && rest.length === 1)) return []
      const expected = `ожидается, например, «@client.Телефон»; бывают ${known.join(', ')}`
      return [{ path: `fields.${field}.${index}`, message: `«${alias}»: такой области нет — ${expected}.` }]
    }),
  )
}

function deadWrappers({ wrappers }: ProfileOverride, containers: ReadonlyMap<string, string>): Flaw[] {
  return (wrappers ?? []).flatMap((word, index) => {
    const path = `wrappers.${index}`
    const container = containers.get(keyOf(word))
    if (isBlank(keyOf(word))) return [{ path, message: `В «${word}» нет ни одной буквы или цифры.` }]
    if (container === undefined) return []
    return [{ path, message: `«${word}» уже значит «${container}» (containers), обёрткой оно быть не может.` }]
  })
}

function unknownZone({ timezone }: ProfileOverride): Flaw[] {
  if (timezone === undefined || zoneOf(timezone) !== undefined) return []
  const expected = 'ожидается, например, «Asia/Yekaterinburg» или «МСК+2»'
  return [{ path: 'timezone', message: `Часовой пояс «${timezone}» не опознан — ${expected}.` }]
}

/** Any sender may post the canonical form as it is (contract §3.2). */
function refusedSamples(effective: Profile): Flaw[] {
  return eventTypes.flatMap((type) => {
    const mapped = sampled(effective, type)
    if (mapped.ok) return []
    const why = mapped.errors[0]?.message ?? ''
    return [{ path: '', message: `С такой настройкой не принимается событие «${type}» в канонической форме: ${why}` }]
  })
}

function sampled(profile: Profile, type: (typeof eventTypes)[number]): Mapped {
  const requirements = { [type]: catalog[type].requires }
  return mapEvent(profile, catalog[type].sample, { timezone: 'Europe/Moscow', now: new Date(0), requirements })
}
