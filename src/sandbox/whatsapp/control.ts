import type http from 'node:http'
import { z } from 'zod'
import { aimSchema, anyFaultSchema } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import { type Site, sendJson } from './server.ts'
import { personOf } from './world.ts'

/** The emulator's own addresses: what a test in another process, or a person with curl, may do. */
export async function answerControl(
  site: Site,
  address: string,
  raw: string,
  response: http.ServerResponse,
): Promise<void> {
  try {
    const params: unknown = raw === '' ? {} : JSON.parse(raw)
    const result = await resultOf(site, address, params)
    sendJson(response, result === undefined ? 404 : 200, result ?? { error: 'no such address' })
  } catch (error) {
    sendJson(response, 400, { error: error instanceof Error ? error.message : 'failed' })
  }
}

async function resultOf(site: Site, address: string, params: unknown): Promise<object | undefined> {
  const [, phone, act] = /^POST \/emulator\/persons\/(\d+)(?:\/([a-z-]+))?$/.exec(address) ?? []
  if (phone === undefined)
    return Object.hasOwn(addresses, address) ? await addresses[address]?.(site, params) : undefined
  const person = personOf(site.world, phone, z.object({ name: z.string().optional() }).parse(params))
  if (act !== undefined) {
    if (!Object.hasOwn(acts, act)) return undefined
    acts[act]?.(handsOf(site.world, person), params)
  }
  return person
}

const templateSchema = z.object({
  name: z.string(),
  language: z.string().default('ru'),
  body: z.string(),
  state: z.enum(['approved', 'paused', 'disabled']).default('approved'),
  quickReplies: z.array(z.string()).default([]),
})

const addresses: Record<string, (site: Site, params: unknown) => object | Promise<object>> = {
  'GET /emulator/received': ({ world }) => ({ items: world.received }),
  'GET /emulator/persons': ({ world }) => ({ items: [...world.people.values()] }),
  'GET /emulator/calls': ({ calls }) => calls,
  'POST /emulator/templates': ({ world }, params) => {
    const template = templateSchema.parse(params)
    world.templates.set(`${template.name}/${template.language}`, template)
    return template
  },
  'POST /emulator/webhook': async ({ world }, params) => {
    await world.webhooks.connect(z.object({ url: z.url() }).parse(params).url)
    return {}
  },
  'GET /emulator/faults': ({ faults }) => ({ items: faults.list() }),
  'POST /emulator/faults': ({ faults }, params) => {
    faults.add(anyFaultSchema.parse(params), aimSchema.parse(params))
    return {}
  },
  'DELETE /emulator/faults': ({ faults }) => {
    faults.clear()
    return {}
  },
}

const acts: Record<string, (hands: Hands, params: unknown) => unknown> = {
  start: (hands, params) => hands.start(z.object({ payload: z.string().optional() }).parse(params).payload),
  say: (hands, params) => hands.say(z.object({ text: z.string() }).parse(params).text),
  press: (hands, params) => hands.press(z.object({ button: z.string() }).parse(params).button),
  'send-card': (hands, params) => hands.sendCard(z.object({ phone: z.string() }).parse(params).phone),
  read: (hands) => hands.read(),
  block: (hands) => hands.block(),
  unblock: (hands) => hands.unblock(),
  offline: (hands) => hands.goOffline(),
  online: (hands) => hands.goOnline(),
  leave: (hands) => hands.leave(),
  'hide-phone': (hands) => hands.hidePhone(),
  silent: (hands, params) => hands.hasBeenSilentFor(z.object({ hours: z.number() }).parse(params).hours),
}
