import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'

export type AgentSettings = { secure: boolean; connectTimeoutMs: number; idleMs: number }

/** Every failure before a connection stood, TLS included: not a byte of a request was written. */
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
  const open = agent.createConnection.bind(agent)
  agent.createConnection = (target: http.ClientRequestArgs, done?: Done) => {
    const socket = open(target)
    if (socket) whenConnected(socket, settings, (error) => (error ? done?.(error, socket) : done?.(null, socket)))
    return undefined
  }
  return agent
}

type Done = (error: Error | null, socket: Duplex) => void

function whenConnected(socket: Duplex, settings: AgentSettings, done: (error?: NotConnectedError) => void): void {
  const ready = settings.secure ? 'secureConnect' : 'connect'
  const timer = setTimeout(() => finish('connect_timeout'), settings.connectTimeoutMs)
  const onReady = () => finish()
  const onError = (error: NodeJS.ErrnoException) => finish(error.code ?? 'connect_failed')
  const onClose = () => finish('closed')
  socket.once(ready, onReady).once('error', onError).once('close', onClose)

  function finish(cause?: string): void {
    clearTimeout(timer)
    socket.off(ready, onReady).off('error', onError).off('close', onClose)
    if (cause !== undefined) socket.on('error', () => undefined).destroy()
    done(cause === undefined ? undefined : new NotConnectedError(cause))
  }
}
