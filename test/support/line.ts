import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { type Cleanup, cleanup } from './cleanup.ts'
import { freePort } from './redis.ts'

/** A line to a server that can be cut and mended, as networks are. */
export type Line = {
  port: number
  /** Ends every connection; new ones are refused. */
  cut(): Promise<void>
  /** Nothing comes through any more, and nobody is told: neither those who are connected, nor those who connect. */
  freeze(): void
  /** What was frozen is ended, as a firewall would; new connections go through. */
  mend(): Promise<void>
}

export async function startLine(t: Cleanup, target: NetConnectOpts, fixedPort?: number): Promise<Line> {
  const port = fixedPort ?? (await freePort())
  const sockets = new Set<Socket>()
  let isFrozen = false
  let server: Server | undefined

  const serve = (incoming: Socket) => {
    const outgoing = connect(target)
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.on('data', (bytes) => {
        if (!isFrozen) other.write(bytes)
      })
    }
  }
  const open = async () => {
    const made = createServer({ noDelay: true }, serve)
    await new Promise<void>((resolve, reject) => made.once('error', reject).listen(port, '127.0.0.1', resolve))
    server = made
  }
  const hangUp = () => {
    for (const socket of sockets) socket.destroy()
  }
  const cut = async () => {
    const closing = server
    server = undefined
    const closed = new Promise((resolve) => (closing ? closing.close(resolve) : resolve(undefined)))
    hangUp()
    await closed
  }
  await open()
  cleanup(t, cut)
  return {
    port,
    cut,
    freeze: () => {
      isFrozen = true
    },
    mend: async () => {
      isFrozen = false
      hangUp()
      if (!server) await open()
    },
  }
}
