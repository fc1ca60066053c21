import { ApiError, wrongParameter } from './errors.ts'
import { messageMethods, type Params } from './messages.ts'
import type { World } from './world.ts'

export type Place = { world: World; origin: string }
type Method = (place: Place, params: Params) => unknown

const ofMessages = Object.entries(messageMethods).map(([name, run]): [string, Method] => [
  name,
  ({ world }, params) => {
    need(world, 'messages')
    return run(world, params)
  },
])

/** The methods by their names; they are case-sensitive. */
const methods = new Map<string, Method>([
  ...ofMessages,
  ['groups.getById', ({ world }) => ({ groups: [groupJson(world)], profiles: [] })],
  ['groups.getTokenPermissions', ({ world }) => permissions(world)],
  ['groups.getLongPollServer', longPollServer],
  ['groups.setLongPollSettings', ownOnly(() => 1)],
  ['groups.setCallbackSettings', ownOnly(() => 1)],
  ['groups.getCallbackServers', ownOnly(callbackServers)],
  ['users.get', ({ world }, params) => users(world, params)],
])

/** @throws ApiError */
export function run(place: Place, name: string, params: Params): unknown {
  const method = methods.get(name)
  if (!method) throw new ApiError(3)
  return method(place, params)
}

function need(world: World, right: string): void {
  if (!world.permissions.has(right)) throw new ApiError(right === 'messages' ? 7 : 15)
}

function groupJson({ group: { id, name, screenName } }: World): object {
  return { id, name, screen_name: screenName, is_closed: 0, type: 'page', photo_50: '', photo_100: '', photo_200: '' }
}

const bits: Record<string, number> = { messages: 4096, manage: 262_144, photos: 4 }

function permissions(world: World): object {
  const list = [...world.permissions].map((name) => ({ name, setting: bits[name] ?? 0 }))
  return { mask: list.reduce((sum, each) => sum + each.setting, 0), permissions: list }
}

function longPollServer({ world, origin }: Place, params: Params): object {
  checkGroup(world, params)
  return { ...world.events.longPoll(), server: `${origin}/whp/${world.group.id}` }
}

function ownOnly(work: Method): Method {
  return (place, params) => {
    checkGroup(place.world, params)
    need(place.world, 'manage')
    return work(place, params)
  }
}

function checkGroup(world: World, params: Params): void {
  if (params['group_id'] === undefined) throw wrongParameter('group_id is undefined')
  if (params['group_id'] !== String(world.group.id)) throw new ApiError(15, 'Access denied: group is not yours')
}

function callbackServers({ world }: Place): object {
  const items = world.events.servers.list().map(({ id, title, url, secret, status }) => {
    return { id, title, creator_id: 1, url, secret_key: secret ?? '', status }
  })
  return { count: items.length, items }
}

function users(world: World, params: Params): object[] {
  const ids = (params['user_ids'] ?? '').split(',').map(Number)
  return ids.flatMap((id) => {
    const person = world.people.get(id)
    return person ? [{ id, first_name: person.who.firstName, last_name: person.who.lastName ?? '' }] : []
  })
}
