import { once } from 'node:events'
import net from 'node:net'
import { portOf } from './unreachable.ts'

export type SandboxProxy = {
  url(login?: string): string
  tunnels(): number
  /** While it hangs it opens tunnels as ever, and nothing passes through any of them. */
  hang(isHanging: boolean): void
  close(): Promise<void>
}

/** What a proxy does with a client that has asked for a way to there. */
type Join = (host: string, port: number, ready: string | Buffer) => void

/** An HTTP proxy that tunnels with CONNECT, or answers `refusal`; asks for `login` ("name:password") when given. */
export function httpProxy(want: { login?: string; refusal?: string } = {}): Promise<SandboxProxy> {
  return listening('http', async (socket, join) => {
    const head = String(await next(socket))
    const expected = want.login && `Proxy-Authorization: Basic ${Buffer.from(want.login).toString('base64')}`
    if (want.refusal) return void socket.end(`HTTP/1.1 ${want.refusal}\r\n\r\n{"ok":true,"result":{"message_id":1}}`)
    if (expected && !head.includes(expected))
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    const [, host = '', port = ''] = /^CONNECT (\S+):(\d+) HTTP/.exec(head) ?? []
    join(host, Number(port), 'HTTP/1.1 200 Connection established\r\n\r\n')
  })
}

/** A SOCKS5 proxy; `refusal` is the code it answers in place of a tunnel. */
export function socksProxy(want: { login?: string; refusal?: number } = {}): Promise<SandboxProxy> {
  return listening('socks5', async (socket, join) => {
    await next(socket)
    socket.write(Buffer.from([5, want.login ? 2 : 0]))
    if (want.login) {
      const [, userLength = 0, ...rest] = await next(socket)
      const said = `${Buffer.from(rest.slice(0, userLength))}:${Buffer.from(rest.slice(userLength + 1))}`
      socket.write(Buffer.from([1, said === want.login ? 0 : 1]))
    }
    const request = await next(socket)
    if (want.refusal) return void socket.end(Buffer.from([5, want.refusal, 0, 1, 0, 0, 0, 0, 0, 0]))
    const host = request.subarray(5, -2).toString()
    join(host, request.readUInt16BE(request.length - 2), Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
  })
}

async function next(socket: net.Socket): Promise<Buffer> {
  const [bytes] = await once(socket, 'data')
  return Buffer.from(bytes)
}

async function listening(
  scheme: string,
  serve: (socket: net.Socket, join: Join) => Promise<void>,
): Promise<SandboxProxy> {
  const sockets = new Set<net.Socket>()
  let tunnels = 0
  let hangs = false
  const joining =
    (socket: net.Socket): Join =>
    (host, port, ready) => {
      const upstream = net.connect(port, host, () => {
        tunnels += 1
        socket.write(ready)
        socket.on('data', (bytes) => hangs || upstream.write(bytes))
        upstream.on('data', (bytes) => hangs || socket.write(bytes))
      })
      upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy())
      socket.on('close', () => upstream.destroy())
    }
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    serve(socket, joining(socket)).catch(() => socket.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: (login) => `${scheme}://${login === undefined ? '' : `${login}@`}127.0.0.1:${portOf(server.address())}`,
    tunnels: () => tunnels,
    hang: (isHanging) => {
      hangs = isHanging
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
