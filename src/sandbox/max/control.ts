import type http from 'node:http'
import { z } from 'zod'
import { aimSchema, anyFaultSchema } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import { type Site, sendJson } from './server.ts'
import { personOf } from './world.ts'

/** The emulator's own addresses: what a test in another process, or a person with curl, may do. */
export function answerControl(
  site: Site,
  response: http.ServerResponse,
  method: string,
  url: URL,
  body: unknown,
): void {
  try {
    const result = resultOf(site, method, {
      ...Object.fromEntries(url.searchParams),
      ...recordSchema.parse(body ?? {}),
    })
    sendJson(response, result === undefined ? 404 : 200, result ?? { error: 'no such address' })
  } catch (error) {
    sendJson(response, 400, { error: error instanceof Error ? error.message : 'failed' })
  }
}

type Params = Record<string, unknown>
const recordSchema = z.record(z.string(), z.unknown())

function resultOf(site: Site, address: string, params: Params): object | undefined {
  const [, id, act] = /^POST \/emulator\/persons\/(\d+)(?:\/([a-z-]+))?$/.exec(address) ?? []
  if (id === undefined) return Object.hasOwn(addresses, address) ? addresses[address]?.(site, params) : undefined
  if (act === undefined) return personOf(site.world, Number(id), whoSchema.parse(params))
  if (!Object.hasOwn(acts, act)) return undefined
  const person = personOf(site.world, Number(id))
  acts[act]?.(handsOf(site.world, person), params)
  return person
}

const addresses: Record<string, (site: Site, params: Params) => object> = {
  'GET /emulator/received': ({ world }, params) => {
    const { since } = z.object({ since: z.coerce.number().default(0) }).parse(params)
    return { items: world.received.slice(since), next: world.received.length }
  },
  'GET /emulator/persons': ({ world }) => ({ items: [...world.people.values()] }),
  'GET /emulator/calls': ({ calls }) => calls,
  'GET /emulator/faults': ({ faults }) => ({ items: faults.list() }),
  'POST /emulator/faults': ({ faults }, params) => {
    faults.add(anyFaultSchema.parse(params), aimSchema.parse(params))
    return {}
  },
  'DELETE /emulator/faults': ({ faults }) => {
    faults.clear()
    return {}
  },
  'POST /emulator/latency': (site, params) => {
    site.latencyMs = z.object({ ms: z.coerce.number() }).parse(params).ms
    return {}
  },
}

const whoSchema = z
  .object({ firstName: z.string(), lastName: z.string().optional(), phone: z.string().optional() })
  .transform(({ firstName, lastName, phone }) => ({
    firstName,
    ...(lastName !== undefined && { lastName }),
    ...(phone !== undefined && { phone }),
  }))

const acts: Record<string, (hands: Hands, params: Params) => unknown> = {
  start: (hands, params) => hands.start(z.object({ payload: z.string().optional() }).parse(params).payload),
  say: (hands, params) => hands.say(z.object({ text: z.string() }).parse(params).text),
  press: (hands, params) => hands.press(z.object({ button: z.string() }).parse(params).button),
  'share-contact': (hands) => hands.shareContact(),
  'attach-own-contact': (hands) => hands.attachOwnContact(),
  'forward-contact': (hands, params) => {
    const card = z.object({ phone: z.string(), otherUserId: z.coerce.number().optional() }).parse(params)
    hands.forwardContact(card.phone, card.otherUserId)
  },
  block: (hands) => hands.block(),
  unblock: (hands) => hands.unblock(),
  'remove-dialog': (hands) => hands.removeDialog(),
}
