import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { answerPage } from '../page/routes.ts'
import type { PageSource } from '../page/source.ts'
import { answerControl } from './control.ts'
import { ApiError } from './errors.ts'
import type { Fault, Faults } from './faults.ts'
import type { Params } from './messages.ts'
import { run } from './methods.ts'
import { pageOf } from './page.ts'
import { readParams } from './params.ts'
import type { World } from './world.ts'

export type Site = {
  token: string
  world: World
  faults: Faults
  /** Calls by method, as they came in, failed ones included; `a_check` is the long poll. */
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
  const params = await readParams(request, url.searchParams)
  const method = /^\/method\/([\w.]+)$/.exec(url.pathname)?.[1]
  if (method !== undefined) {
    const origin = `http://${request.headers.host ?? '127.0.0.1'}`
    const work = () => run({ world: site.world, origin }, method, params.form)
    return await answerCall(site, response, method, params.form, async () => {
      checkAccess(site, request, params.form)
      return { response: work() }
    })
  }
  if (/^\/whp\/\d+$/.test(url.pathname)) {
    return await answerCall(site, response, 'a_check', params.form, () => poll(site, response, params.form))
  }
  answerControl(site, request, response, url, params.json ?? params.form)
}

function checkAccess(site: Site, request: http.IncomingMessage, params: Params): void {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? params['access_token']
  if (params['v'] === undefined) throw new ApiError(8, 'Invalid request: v (version) is required')
  const [major = 0, minor = 0] = params['v'].split('.').map(Number)
  if (major !== 5 || !(minor >= 81)) throw new ApiError(8, 'Invalid request: unknown API version')
  if (token === undefined) throw new ApiError(5, 'User authorization failed: no access_token passed.')
  if (token !== site.token) throw new ApiError(5, 'User authorization failed: invalid access_token (4).')
}

async function poll({ world }: Site, response: http.ServerResponse, params: Params): Promise<unknown> {
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  const { key = '', ts = '', wait = '25' } = params
  return await world.events.poll({ key, ts, waitS: Math.min(Number(wait) || 0, 90), signal: closed.signal })
}

async function answerCall(
  site: Site,
  response: http.ServerResponse,
  method: string,
  params: Params,
  work: () => Promise<unknown>,
): Promise<void> {
  site.calls[method] = (site.calls[method] ?? 0) + 1
  const fault = site.faults.take({ method, peerId: params['peer_id'] ?? params['peer_ids'], text: params['message'] })
  if (site.latencyMs > 0) await pause(site.latencyMs)
  if (fault?.kind === 'slow') await pause(fault.ms)
  if (fault && (await isStruck(fault, response, work))) return
  sendJson(response, 200, await work())
}

/** Makes the fault happen; false when the call goes on as usual. */
async function isStruck(fault: Fault, response: http.ServerResponse, work: () => Promise<unknown>): Promise<boolean> {
  switch (fault.kind) {
    case 'limit':
      response.writeHead(429, { 'retry-after': String(fault.retryAfterS) }).end('Too Many Requests')
      return true
    case 'error':
      throw new ApiError(fault.code, fault.message)
    case 'lostAnswer':
      await work()
      response.destroy()
      return true
    case 'dropped':
      response.destroy()
      return true
    case 'http':
      response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html><h1>nginx</h1></html>')
      return true
    case 'garbage':
      await work()
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><h1>nginx</h1></html>')
      return true
    case 'hang':
      return true
    case 'slow':
      return false
  }
}

function failed(response: http.ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return
  if (!(error instanceof ApiError)) {
    sendJson(response, 500, { error: String(error) })
    return
  }
  const { error: error_code, message: error_msg } = error
  sendJson(response, 200, { error: { error_code, error_msg, request_params: [{ key: 'v', value: '5.199' }] } })
}

export function sendJson(response: http.ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) })
    .end(text)
}
