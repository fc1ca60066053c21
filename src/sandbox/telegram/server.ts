import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { answerPage } from '../page/routes.ts'
import type { PageSource } from '../page/source.ts'
import { BodyError, readParams } from './body.ts'
import { answerControl } from './control.ts'
import type { Call, Fault, Faults } from './faults.ts'
import { ApiError, methods, type Params } from './methods.ts'
import { pageOf } from './page.ts'
import type { World } from './world.ts'

export type Site = {
  token: string
  world: World
  faults: Faults
  /** Calls by method, as they came in, failed ones included. */
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
  const path = /^\/bot([^/]*)\/([A-Za-z]+)$/.exec(url.pathname)
  const params = await readParams(request, url.searchParams)
  if (!path) return answerControl(site, request, response, url, params)
  const [, token = '', method = ''] = path
  if (!/^\d+:.+/.test(token)) throw new ApiError(404, 'Not Found')
  if (token !== site.token) throw new ApiError(401, 'Unauthorized')
  await answerMethod(site, response, method.toLowerCase(), params)
}

async function answerMethod(site: Site, response: http.ServerResponse, method: string, params: Params): Promise<void> {
  site.calls[method] = (site.calls[method] ?? 0) + 1
  const fault = site.faults.take(callOf(method, params))
  if (site.latencyMs > 0) await pause(site.latencyMs)
  if (fault?.kind === 'slow') await pause(fault.ms)
  if (fault && (await isStruck(site, fault, response, method, params))) return
  sendJson(response, 200, { ok: true, result: await run(site, response, method, params) })
}

/** Makes the fault happen; false when the call goes on as usual. */
async function isStruck(
  site: Site,
  fault: Fault,
  response: http.ServerResponse,
  method: string,
  params: Params,
): Promise<boolean> {
  switch (fault.kind) {
    case 'limit':
      throw new ApiError(429, `Too Many Requests: retry after ${fault.retryAfterS}`, fault.retryAfterS)
    case 'error':
      throw new ApiError(fault.status, fault.description)
    case 'lostAnswer':
      await run(site, response, method, params)
      response.destroy()
      return true
    case 'dropped':
      response.destroy()
      return true
    case 'garbage':
      await run(site, response, method, params)
      response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html><h1>nginx</h1></html>')
      return true
    case 'hang':
      return true
    case 'slow':
      return false
  }
}

async function run(site: Site, response: http.ServerResponse, method: string, params: Params): Promise<unknown> {
  const known = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (!known) throw new ApiError(404, 'Not Found: method not found')
  return known(site.world, params, () => closedBy(response))
}

function closedBy(response: http.ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}

function callOf(method: string, params: Params): Call {
  const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined)
  return { method, chatId: text(params['chat_id']), text: text(params['text'] ?? params['caption']) }
}

function failed(response: http.ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return
  if (error instanceof ApiError) {
    const { status, message: description, retryAfterS } = error
    sendJson(response, status, {
      ok: false,
      error_code: status,
      description,
      ...(retryAfterS !== undefined && { parameters: { retry_after: retryAfterS } }),
    })
  } else if (error instanceof BodyError) {
    sendJson(response, 400, { ok: false, error_code: 400, description: "Bad Request: can't parse JSON object" })
  } else {
    sendJson(response, 500, { ok: false, error_code: 500, description: `Internal Server Error: ${String(error)}` })
  }
}

export function sendJson(response: http.ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text)
}
