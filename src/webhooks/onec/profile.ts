import { withCommon } from '../mapping/common.ts'
import type { Profile } from '../mapping/profile.ts'
import { containers, fields, tables, wrappers } from './fields.ts'
import { events, methods, statuses } from './words.ts'

/** 1C:Enterprise: Russian, English and transliterated names, БСП and DirectBank words. */
export const onecProfile: Profile = {
  source: '1c',
  title: '1С:Предприятие',
  verified: true,
  moneyUnit: 'roubles',
  trustZ: true,
  signature: 'hmac-sha256-body',
  ...withCommon({ wrappers, tables, containers, fields, events, statuses, methods }),
}
