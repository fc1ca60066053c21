import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'

/** A place on 127.0.0.1 that cannot be reached, and how. */
export type Unreachable = { port: number; close(): Promise<void> }

/** Nobody listens here. */
export async function refusing(): Promise<Unreachable> {
  const server = await listening(() => undefined)
  await server.close()
  return { port: server.port, close: async () => undefined }
}

/** Takes the connection and says nothing: for TLS a handshake that never ends, as a filter on the way makes it. */
export function silent(): Promise<Unreachable> {
  return listening(() => undefined)
}

/** Takes the connection and resets it at the first byte: for TLS a handshake that is cut. */
export function cutting(): Promise<Unreachable> {
  return listening((socket) => socket.once('data', () => socket.resetAndDestroy()))
}

/**
 * The kernel does not answer a SYN here, which is how api.telegram.org looks from many Russian hosts: a stopped process
 * whose queue of connections is full.
 */
export async function hanging(): Promise<Unreachable> {
  const listen = `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    process.stdout.write(String(s.address().port), () => process.kill(process.pid, 'SIGSTOP')) })`
  const child = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [printed] = await once(child.stdout, 'data')
  const port = Number(String(printed))
  const fillers = Array.from({ length: 4 }, () => net.connect(port, '127.0.0.1').on('error', () => undefined))
  await Promise.all(fillers.slice(0, 1).map((filler) => once(filler, 'connect')))
  return {
    port,
    async close() {
      for (const filler of fillers) filler.destroy()
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function listening(onSocket: (socket: net.Socket) => void): Promise<Unreachable> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    onSocket(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: portOf(server.address()),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address')
  return address.port
}
