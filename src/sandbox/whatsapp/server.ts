import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { answerPage } from '../page/routes.ts'
import type { PageSource } from '../page/source.ts'
import { answerControl } from './control.ts'
import { ApiError, errorBody } from './errors.ts'
import type { Fault, Faults } from './faults.ts'
import { pageOf } from './page.ts'
import { type MessageContent, readSend } from './request.ts'
import { pushStatus } from './statuses.ts'
import { findPerson, isConversationOpen, newMessageId, type Person, show, type World } from './world.ts'

export type Site = {
  token: string
  world: World
  faults: Faults
  /** Sends and other calls, as they came in, failed ones included. */
  calls: { messages: number; read: number; number: number }
  latencyMs: number
  /** Meta tells most faults of a recipient later, by a status; some it answers at once. */
  recipientErrors: 'later' | 'at_once'
}

export async function startServer(site: Site, port: number): Promise<{ port: number; close(): Promise<void> }> {
  const page = pageOf(site)
  const server = http.createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    serve(site, page, request, response).catch((error: unknown) => failed(response, error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  return {
    port: portOf(server.address()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  site: Site,
  page: PageSource,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const isPage = await answerPage(page, request, response)
  if (!isPage) await answer(site, request, response)
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('the emulator listens on a TCP port')
  return address.port
}

async function answer(site: Site, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
  const raw = Buffer.concat(await request.toArray()).toString()
  const [, numberId, edge] = /^\/v\d+\.\d+\/(\d+|debug_token)(?:\/(\w+))?$/.exec(pathname) ?? []
  if (numberId === undefined) return answerControl(site, `${request.method} ${pathname}`, raw, response)
  if (request.headers.authorization !== `Bearer ${site.token}`)
    throw new ApiError(190, 401, 'Invalid OAuth access token - Cannot parse access token', { subcode: 463 })
  if (request.method === 'GET' && numberId === 'debug_token') return answerToken(site, response)
  if (request.method === 'GET' && numberId === site.world.number.accountId && edge === 'message_templates')
    return answerTemplates(site, response)
  if (numberId !== site.world.number.id)
    throw new ApiError(100, 400, `Unsupported request. Object with ID '${numberId}' does not exist`, { subcode: 33 })
  if (request.method === 'GET' && edge === undefined) return answerNumber(site, response)
  if (request.method !== 'POST' || edge !== 'messages') throw new ApiError(100, 400, 'Unknown path components')
  if (!request.headers['content-type']?.startsWith('application/json'))
    throw new ApiError(100, 400, 'The parameter messaging_product is required.')
  await answerMessages(site, response, parsed(raw), raw)
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    throw new ApiError(100, 400, 'Invalid JSON in the body')
  }
}

function answerNumber({ world, calls }: Site, response: http.ServerResponse): void {
  calls.number += 1
  const { id, display, name } = world.number
  sendJson(response, 200, { id, display_phone_number: display, verified_name: name, quality_rating: 'GREEN' })
}

function answerToken({ world }: Site, response: http.ServerResponse): void {
  const granted = { scope: 'whatsapp_business_management', target_ids: [world.number.accountId] }
  sendJson(response, 200, { data: { is_valid: true, scopes: [granted.scope], granular_scopes: [granted] } })
}

function answerTemplates({ world }: Site, response: http.ServerResponse): void {
  const data = [...world.templates.values()].map(({ name, language, state }) => {
    return { name, language, status: state.toUpperCase(), category: 'UTILITY' }
  })
  sendJson(response, 200, { data, paging: {} })
}

const readSchema = z.object({
  messaging_product: z.literal('whatsapp'),
  status: z.literal('read'),
  message_id: z.string(),
})
const toSchema = z.object({ to: z.string().transform((to) => to.replace(/\D/g, '')) })

async function answerMessages(site: Site, response: http.ServerResponse, body: unknown, json: string): Promise<void> {
  const read = readSchema.safeParse(body)
  if (read.success) return markRead(site, response, read.data.message_id)
  site.calls.messages += 1
  const fault = site.faults.take({ phone: toSchema.safeParse(body).data?.to, json })
  if (site.latencyMs > 0) await pause(site.latencyMs)
  if (fault?.kind === 'slow') await pause(fault.ms)
  if (fault && isStruck(site, fault, response, body)) return
  sendJson(response, 200, send(site, readSend(site.world, body), fault?.kind === 'fails' ? fault : undefined))
}

function markRead({ world, calls }: Site, response: http.ServerResponse, id: string): void {
  calls.read += 1
  const isKnown = [...world.people.values()].some(({ chat }) => chat.some((each) => each.id === id))
  if (!isKnown) throw new ApiError(100, 400, 'Message does not exist.')
  world.readByUs.add(id)
  sendJson(response, 200, { success: true })
}

/** Makes the fault happen; false when the call goes on as usual. */
function isStruck(site: Site, fault: Fault, response: http.ServerResponse, body: unknown): boolean {
  switch (fault.kind) {
    case 'limit':
      throw new ApiError(130429, 429, 'Message failed to send because there were too many messages.', {
        ...(fault.retryAfterS !== undefined && { retryAfterS: fault.retryAfterS }),
      })
    case 'error':
      throw new ApiError(fault.code, fault.status, fault.details)
    case 'lostAnswer':
      send(site, readSend(site.world, body))
      response.destroy()
      return true
    case 'dropped':
      response.destroy()
      return true
    case 'garbage':
      send(site, readSend(site.world, body))
      response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html><h1>nginx</h1></html>')
      return true
    case 'hang':
      return true
    case 'slow':
    case 'fails':
      return false
  }
}

type Failure = { code: number; details: string }

/** Takes the message: what becomes of it the statuses tell. */
function send(site: Site, content: MessageContent, forced?: Failure): object {
  const { world } = site
  const person = findPerson(world, content)
  const failure = forced ?? failureFor(person, content)
  if (failure && !forced && site.recipientErrors === 'at_once') throw new ApiError(failure.code, 400, failure.details)
  const id = newMessageId()
  const about = { ...content, id }
  const input = content.to ?? content.recipient ?? ''
  const phone = content.to?.replace(/\D/g, '') ?? ''
  if (failure || !person) pushStatus(world, person ?? { phone }, 'failed', about, failure)
  else {
    pushStatus(world, person, 'sent', about)
    if (person.isOnline) {
      show(world, person, id, content)
      pushStatus(world, person, 'delivered', about)
    } else person.waiting.push({ id, content })
  }
  const contact = content.to === undefined ? { input, user_id: content.recipient } : { input, wa_id: phone }
  return { messaging_product: 'whatsapp', contacts: [contact], messages: [{ id }] }
}

function failureFor(person: Person | undefined, { template }: MessageContent): Failure | undefined {
  if (!person?.hasWhatsApp || person.isBlocking) return { code: 131026, details: 'Message undeliverable.' }
  if (template !== undefined || isConversationOpen(person, new Date())) return undefined
  const details = 'Message failed to send because more than 24 hours have passed since the customer last replied.'
  return { code: 131047, details }
}

function failed(response: http.ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return
  if (!(error instanceof ApiError)) {
    sendJson(response, 500, { error: { message: String(error), code: 1 } })
    return
  }
  if (error.retryAfterS !== undefined) response.setHeader('retry-after', String(error.retryAfterS))
  sendJson(response, error.status, errorBody(error))
}

export function sendJson(response: http.ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text)
}
