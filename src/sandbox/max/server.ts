import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { answerPage } from '../page/routes.ts'
import type { PageSource } from '../page/source.ts'
import { ApiError, badPayload } from './api-error.ts'
import { answerControl } from './control.ts'
import type { Fault, Faults } from './faults.ts'
import { type Input, methods } from './methods.ts'
import { pageOf } from './page.ts'
import type { World } from './world.ts'

export type Site = {
  world: World
  faults: Faults
  /** Calls by method and path, as they came in, failed ones included. */
  calls: Record<string, number>
  latencyMs: number
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
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const body = await bodyOf(request)
  const method = `${request.method} ${url.pathname}`
  if (url.pathname.startsWith('/emulator/')) return answerControl(site, response, method, url, body)
  site.calls[method] = (site.calls[method] ?? 0) + 1
  if (request.headers.authorization !== site.world.token) {
    throw new ApiError(401, 'verify.token', 'Invalid access_token')
  }
  const input = { query: url.searchParams, body, closed: () => closedBy(response) }
  const fault = site.faults.take({ method, userId: url.searchParams.get('user_id') ?? undefined, text: textOf(body) })
  if (site.latencyMs > 0) await pause(site.latencyMs)
  if (fault?.kind === 'slow') await pause(fault.ms)
  if (fault && (await isStruck(site, fault, response, method, input))) return
  sendJson(response, 200, await run(site, method, input))
}

async function bodyOf(request: http.IncomingMessage): Promise<unknown> {
  const text = Buffer.concat(await request.toArray()).toString()
  if (text === '') return undefined
  if (!request.headers['content-type']?.startsWith('application/json')) throw badPayload('Content-Type is not JSON')
  try {
    return JSON.parse(text)
  } catch {
    throw badPayload('Malformed JSON')
  }
}

function textOf(body: unknown): string | undefined {
  return z.object({ text: z.string() }).safeParse(body).data?.text
}

async function run(site: Site, method: string, input: Input): Promise<unknown> {
  const known = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (!known) throw new ApiError(404, 'not.found', `Path ${method.split(' ')[1]} is not recognized`)
  return await known(site.world, input)
}

/** Makes the fault happen; false when the call goes on as usual. */
async function isStruck(
  site: Site,
  fault: Fault,
  response: http.ServerResponse,
  method: string,
  input: Input,
): Promise<boolean> {
  switch (fault.kind) {
    case 'limit':
      throw new ApiError(429, 'too.many.requests', 'Too many requests', fault.retryAfterS)
    case 'error':
      throw new ApiError(fault.status, fault.code, fault.message)
    case 'lostAnswer':
      await run(site, method, input)
      response.destroy()
      return true
    case 'dropped':
      response.destroy()
      return true
    case 'garbage':
      await run(site, method, input)
      response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html><h1>nginx</h1></html>')
      return true
    case 'hang':
      return true
    case 'slow':
      return false
  }
}

function closedBy(response: http.ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}

function failed(response: http.ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return
  const known = error instanceof ApiError ? error : new ApiError(500, 'internal', String(error))
  const { status, code, message, retryAfterS } = known
  if (retryAfterS !== undefined) response.setHeader('retry-after', String(retryAfterS))
  sendJson(response, status, { code, message })
}

export function sendJson(response: http.ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response
    .writeHead(status, { 'content-type': 'application/json;charset=utf-8', 'content-length': Buffer.byteLength(text) })
    .end(text)
}
