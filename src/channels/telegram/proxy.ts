import { once } from 'node:events'
import net from 'node:net'

/** The proxy, or the way from it to the messenger, does not stand: nothing was sent. */
class ProxyError extends Error {
  readonly code: string

  constructor(cause: string | number) {
    super(`proxy: ${cause}`)
    this.code = `proxy_${cause}`
  }
}

/**
 * A connection to `host` through the proxy. Ready-made proxy agents play a proxy's refusal as if it were the messenger's
 * answer, and know no timeout; here it is an error before the first byte. The name is resolved by the proxy.
 */
export async function openTunnel(proxy: URL, host: string, port: number, signal: AbortSignal): Promise<net.Socket> {
  const socket = net.connect({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: Number(proxy.port || defaultPort(proxy)),
    noDelay: true,
  })
  // Stays on: see whenReady in agent.ts.
  socket.on('error', () => undefined)
  const destroy = () => socket.destroy()
  signal.addEventListener('abort', destroy)
  try {
    await once(socket, 'connect', { signal })
    if (proxy.protocol === 'http:') await askConnect(socket, proxy, host, port)
    else await askSocks5(socket, proxy, host, port)
    return socket
  } catch (error) {
    socket.destroy()
    if (error instanceof ProxyError) throw error
    throw new ProxyError(error instanceof Error && 'code' in error ? String(error.code) : 'failed')
  } finally {
    signal.removeEventListener('abort', destroy)
  }
}

/** Reads a list such as TELEGRAM_PROXY_URL; the error does not repeat it, for it may hold a password. */
export function proxiesOf(list: readonly string[]): URL[] {
  return list.map((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url && /^(http|socks5h?):$/.test(url.protocol) && url.hostname !== '') return url
    throw new Error('proxy: expected http://HOST:PORT or socks5://HOST:PORT, with USER:PASSWORD@ where it asks for one')
  })
}

function defaultPort(proxy: URL): number {
  return proxy.protocol === 'http:' ? 80 : 1080
}

/** RFC 9110 §9.3.6. */
async function askConnect(socket: net.Socket, proxy: URL, host: string, port: number): Promise<void> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const { user, password } = credentialsOf(proxy)
  const basic = Buffer.from(`${user}:${password}`).toString('base64')
  const authorization = user === '' ? '' : `Proxy-Authorization: Basic ${basic}\r\n`
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`)
  const head = await read(socket, (bytes) => endOf(bytes.indexOf('\r\n\r\n'), 4))
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1'))?.[1]
  if (status !== '200') throw new ProxyError(status ?? 'not_http')
}

/** RFC 1928, and 1929 for the name and password. */
async function askSocks5(socket: net.Socket, proxy: URL, host: string, port: number): Promise<void> {
  const { user, password } = credentialsOf(proxy)
  socket.write(Buffer.from(user === '' ? [5, 1, 0] : [5, 2, 0, 2]))
  const [version, method] = await read(socket, () => 2)
  if (version !== 5 || (method !== 0 && method !== 2)) throw new ProxyError('socks_auth')
  if (method === 2) {
    socket.write(Buffer.concat([Buffer.from([1]), counted(user), counted(password)]))
    const [, refused] = await read(socket, () => 2)
    if (refused !== 0) throw new ProxyError('socks_auth')
  }
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3]), counted(host), Buffer.from([port >> 8, port & 255])]))
  const [, refused] = await read(socket, lengthOfSocksReply)
  if (refused !== 0) throw new ProxyError(`socks_${refused}`)
}

/** Version, reply, reserved, type of address, the address, two bytes of port. */
function lengthOfSocksReply(bytes: Buffer): number | undefined {
  const [, , , type, length] = bytes
  if (type === 1) return 10
  if (type === 4) return 22
  return length === undefined ? undefined : 7 + length
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text)
  if (bytes.length > 255) throw new ProxyError('socks_name_too_long')
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}

function credentialsOf(proxy: URL): { user: string; password: string } {
  return { user: decodeURIComponent(proxy.username), password: decodeURIComponent(proxy.password) }
}

function endOf(index: number, length: number): number | undefined {
  return index < 0 ? undefined : index + length
}

/** Reads as many bytes as `lengthOf` says once it can tell; what came beyond them goes back to the socket. */
function read(socket: net.Socket, lengthOf: (bytes: Buffer) => number | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const settle = (act: () => void) => {
      socket.off('readable', onReadable).off('error', onError).off('close', onClose)
      act()
    }
    const onError = (error: Error) => settle(() => reject(error))
    const onClose = () => settle(() => reject(new ProxyError('closed')))
    // Not 'data': pausing afterwards would leave the socket paused for whoever gets it next.
    const onReadable = () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) bytes = Buffer.concat([bytes, chunk])
      const length = lengthOf(bytes)
      if (length !== undefined && bytes.length >= length) {
        settle(() => resolve(bytes.subarray(0, length)))
        if (bytes.length > length) socket.unshift(bytes.subarray(length))
      } else if (bytes.length > 16_384) {
        onError(new ProxyError('not_a_proxy'))
      }
    }
    socket.on('readable', onReadable).on('error', onError).on('close', onClose)
  })
}
