import { containers, fields, tables, wrappers } from './common-fields.ts'
import { events, methods, statuses } from './common-words.ts'
import { joinLists } from './lists.ts'
import type { Profile } from './profile.ts'

type Words = Pick<Profile, 'wrappers' | 'tables' | 'containers' | 'fields' | 'events' | 'statuses' | 'methods'>

/** A sender's own words before those that every profile understands: the canonical form and plain English. */
export function withCommon(own: Words): Words {
  return {
    wrappers: [...own.wrappers, ...wrappers],
    tables: [...own.tables, ...tables],
    containers: joinLists(own.containers, containers),
    fields: joinLists(own.fields, fields),
    events: joinLists(own.events, events),
    statuses: joinLists(own.statuses, statuses),
    methods: joinLists(own.methods, methods),
  }
}
