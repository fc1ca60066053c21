import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { Duplex } from 'node:stream'
import type { Proxies } from './proxies.ts'
import { openTunnel } from './proxy.ts'

export type AgentSettings = {
  secure: boolean
  /** For the whole way: the proxies tried, and TLS. */
  connectTimeoutMs: number
  idleMs: number
  proxies?: Proxies
}

/** Every failure before a connection stood, proxy and TLS included: not a byte of a request was written. */
export class NotConnectedError extends Error {
  readonly code: string

  constructor(cause: string) {
    super(`no connection: ${cause}`)
    this.code = notConnectedPrefix + cause
  }
}

/** node-fetch keeps only the `code` of an error, so the proof travels in it. */
export const notConnectedPrefix = 'NOT_CONNECTED:'

/**
 * A keep-alive agent that gives a request its socket only after the connection stands. So a failed or hanging connection
 * is a NotConnectedError, proof that nothing was sent, and any other error means that the answer was lost.
 */
export function connectingAgent(settings: AgentSettings): http.Agent {
  const options = {
    keepAlive: true,
    // A socket the other side closes while we write on it is a false `unknown`: idle ones go long before its 60 s and more.
    timeout: settings.idleMs,
    scheduling: 'lifo' as const,
    // Node gives each address 250 ms, too little for a throttled line abroad.
    autoSelectFamilyAttemptTimeout: Math.max(250, Math.floor(settings.connectTimeoutMs / 2)),
  }
  const agent = settings.secure ? new https.Agent(options) : new http.Agent(options)
  const connect = connectorOf(settings, agent.createConnection.bind(agent))
  agent.createConnection = (target: http.ClientRequestArgs, done: Done = () => undefined) => {
    connect(target).then(
      (socket) => done(socket.destroyed ? new NotConnectedError('closed') : null, socket),
      // Node's type asks for a socket beside the error and looks at none.
      (error: NotConnectedError) => done(error, new Duplex().destroy()),
    )
    return undefined
  }
  const { proxies } = settings
  if (!proxies) return agent
  // Those that wait for a request lead through the proxy that was left, and so do those that come back from one later.
  proxies.onSwitch(() => {
    for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy()
  })
  const mayBeKept = agent.keepSocketAlive.bind(agent)
  agent.keepSocketAlive = (socket: Duplex) => leadsThrough.get(socket) === proxies.current() && mayBeKept(socket)
  return agent
}

/** Which proxy a connection was made through. */
const leadsThrough = new WeakMap<Duplex, URL>()

type Done = (error: Error | null, socket: Duplex) => void
type Target = http.ClientRequestArgs & { socket?: Duplex }
type Open = (target: Target) => Duplex | null | undefined

function connectorOf(settings: AgentSettings, open: Open): (target: Target) => Promise<Duplex> {
  const { proxies } = settings
  const shareMs = settings.connectTimeoutMs / Math.max(1, proxies?.all.length ?? 0)

  return async (target) => {
    if (!proxies || proxies.all.length === 0) return directly(target)
    let failure = new NotConnectedError('no_proxy')
    for (const proxy of proxies.inTurn()) {
      try {
        const socket = await through(proxy, target)
        leadsThrough.set(socket, proxy)
        proxies.serves(proxy)
        return socket
      } catch (error) {
        proxies.fails(proxy)
        if (error instanceof NotConnectedError) failure = error
      }
    }
    throw failure
  }

  function directly(target: Target): Promise<Duplex> {
    return inTime(shareMs, (signal) => whenReady(open(target), settings.secure, signal))
  }

  function through(proxy: URL, target: Target): Promise<Duplex> {
    return inTime(shareMs, async (signal) => {
      const tunnel = await openTunnel(proxy, target.host ?? '', Number(target.port), signal)
      return settings.secure ? whenReady(open({ ...target, socket: tunnel }), true, signal) : tunnel
    })
  }
}

/** A busy process sees its timers before its sockets, so what has already come in is read before the time is up. */
export function whenUp(ms: number, act: () => void): () => void {
  const timer = setTimeout(() => setImmediate(act), ms)
  return () => clearTimeout(timer)
}

async function inTime(ms: number, connect: (signal: AbortSignal) => Promise<Duplex>): Promise<Duplex> {
  const giveUp = new AbortController()
  const cancel = whenUp(ms, () => giveUp.abort())
  try {
    return await connect(giveUp.signal)
  } catch (error) {
    throw new NotConnectedError(giveUp.signal.aborted ? 'connect_timeout' : causeOf(error))
  } finally {
    cancel()
  }
}

function causeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'connect_failed'
}

async function whenReady(socket: Duplex | null | undefined, secure: boolean, signal: AbortSignal): Promise<Duplex> {
  if (!socket) throw new Error('no socket')
  // Stays on: an error between this moment and the request's own listener would end the process.
  socket.on('error', () => undefined)
  try {
    await once(socket, secure ? 'secureConnect' : 'connect', { signal })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}
