import type { Socket } from 'node:net'
import { RequestError } from '../lib/errors.ts'

/**
 * A request that is no HTTP never reaches a route: 1C sends Russian letters of an address as they are. It gets the same
 * shape of an error as everything else, and what did not come whole is to be sent again.
 */
export function answerBroken(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error)
    return
  }
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const { code, message, status } = new RequestError(isLate ? 'unavailable' : 'http_invalid')
  const body = JSON.stringify({ code, message, errors: [] })
  const head = [
    `HTTP/1.1 ${status} ${isLate ? 'Service Unavailable' : 'Bad Request'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(isLate ? ['Retry-After: 5'] : []),
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
