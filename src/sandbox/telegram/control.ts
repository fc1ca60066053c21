import type http from 'node:http'
import { z } from 'zod'
import { aimSchema, anyFaultSchema } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import type { Params } from './methods.ts'
import { type Site, sendJson } from './server.ts'
import { personOf } from './world.ts'

/** The emulator's own addresses: what a test in another process, or a person with curl, may do. */
export function answerControl(
  site: Site,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  url: URL,
  params: Params,
): void {
  const result = resultOf(site, `${request.method} ${url.pathname}`, params)
  if (result === undefined) {
    sendJson(response, 404, { error: 'no such address' })
  } else if ('error' in result) {
    sendJson(response, 400, result)
  } else {
    sendJson(response, 200, result)
  }
}

function resultOf(site: Site, address: string, params: Params): object | undefined {
  const [, id, act] = /^POST \/emulator\/persons\/(\d+)(?:\/([a-z-]+))?$/.exec(address) ?? []
  try {
    if (id !== undefined)
      return act === undefined ? introduce(site, Number(id), params) : perform(site, Number(id), act, params)
    return Object.hasOwn(addresses, address) ? addresses[address]?.(site, params) : undefined
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'failed' }
  }
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

const whoSchema = z.object({ firstName: z.string(), lastName: z.string().optional(), phone: z.string().optional() })

function introduce(site: Site, id: number, params: Params): object {
  const { firstName, lastName, phone } = whoSchema.parse(params)
  const who = { firstName, ...(lastName !== undefined && { lastName }), ...(phone !== undefined && { phone }) }
  return personOf(site.world, id, who)
}

function perform(site: Site, id: number, act: string, params: Params): object | undefined {
  if (!Object.hasOwn(acts, act)) return undefined
  const person = personOf(site.world, id)
  acts[act]?.(handsOf(site.world, person), params)
  return person
}

const textSchema = z.object({ text: z.string() })

const acts: Record<string, (hands: Hands, params: Params) => unknown> = {
  start: (hands, params) => hands.start(z.object({ payload: z.string().optional() }).parse(params).payload),
  say: (hands, params) => hands.say(textSchema.parse(params).text),
  press: (hands, params) => hands.press(z.object({ button: z.string() }).parse(params).button),
  'share-contact': (hands) => hands.shareContact(),
  'forward-contact': (hands, params) => {
    const { phone, otherUserId } = z
      .object({ phone: z.string(), otherUserId: z.coerce.number().optional() })
      .parse(params)
    hands.forwardContact(phone, otherUserId)
  },
  block: (hands) => hands.block(),
  unblock: (hands) => hands.unblock(),
  deactivate: (hands) => hands.deactivate(),
}
