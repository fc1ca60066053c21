import type http from 'node:http'
import { z } from 'zod'
import { aimSchema, anyFaultSchema } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import { type Site, sendJson } from './server.ts'
import { personOf } from './world.ts'

type Input = Record<string, unknown>

/** The emulator's own addresses: what a test in another process, or a person with curl, may do. */
export function answerControl(
  site: Site,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  url: URL,
  input: Input,
): void {
  const result = resultOf(site, `${request.method} ${url.pathname}`, input)
  Promise.resolve(result).then(
    (body) =>
      body === undefined ? sendJson(response, 404, { error: 'no such address' }) : sendJson(response, 200, body),
    (error: unknown) => sendJson(response, 400, { error: error instanceof Error ? error.message : 'failed' }),
  )
}

async function resultOf(site: Site, address: string, input: Input): Promise<object | undefined> {
  const [, id, act] = /^POST \/emulator\/persons\/(\d+)(?:\/([a-z-]+))?$/.exec(address) ?? []
  if (id === undefined) return Object.hasOwn(addresses, address) ? await addresses[address]?.(site, input) : undefined
  const person = personOf(site.world, Number(id), act === undefined ? whoSchema.parse(input) : undefined)
  if (act === undefined) return person
  if (!Object.hasOwn(acts, act)) return undefined
  acts[act]?.(handsOf(site.world, person), input)
  return person
}

const whoSchema = z
  .object({ firstName: z.string(), lastName: z.string().optional() })
  .transform(({ firstName, lastName }) => ({ firstName, ...(lastName !== undefined && { lastName }) }))

const addresses: Record<string, (site: Site, input: Input) => object | Promise<object>> = {
  'GET /emulator/received': ({ world }, input) => {
    const { since } = z.object({ since: z.coerce.number().default(0) }).parse(input)
    return { items: world.received.slice(since), next: world.received.length }
  },
  'GET /emulator/persons': ({ world }) => ({ items: [...world.people.values()] }),
  'GET /emulator/calls': ({ calls }) => calls,
  'POST /emulator/callback': async ({ world }, input) => {
    const { url, secret } = z.object({ url: z.url(), secret: z.string().optional() }).parse(input)
    const { id, status } = await world.events.servers.connect(url, secret)
    return { id, status }
  },
  'GET /emulator/faults': ({ faults }) => ({ items: faults.list() }),
  'POST /emulator/faults': ({ faults }, input) => {
    faults.add(anyFaultSchema.parse(input), aimSchema.parse(input))
    return {}
  },
  'DELETE /emulator/faults': ({ faults }) => {
    faults.clear()
    return {}
  },
  'POST /emulator/latency': (site, input) => {
    site.latencyMs = z.object({ ms: z.coerce.number() }).parse(input).ms
    return {}
  },
}

const originSchema = z
  .object({ ref: z.string().optional(), refSource: z.string().optional() })
  .transform(({ ref, refSource }) => ({
    ...(ref !== undefined && { ref }),
    ...(refSource !== undefined && { refSource }),
  }))

const acts: Record<string, (hands: Hands, input: Input) => unknown> = {
  start: (hands, input) => hands.start(originSchema.parse(input)),
  say: (hands, input) => hands.say(z.object({ text: z.string() }).parse(input).text, originSchema.parse(input)),
  press: (hands, input) => hands.press(z.object({ button: z.string() }).parse(input).button),
  allow: (hands, input) => hands.allow(z.object({ key: z.string().optional() }).parse(input).key),
  block: (hands) => hands.block(),
  unblock: (hands) => hands.unblock(),
  read: (hands) => hands.read(),
  deactivate: (hands) => hands.deactivate(),
}
