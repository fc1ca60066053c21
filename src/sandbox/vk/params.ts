import type http from 'node:http'
import { z } from 'zod'
import type { Params } from './messages.ts'

/** VK reads the query and a form, and does not see a JSON body at all; only the emulator's own addresses take one. */
export async function readParams(
  request: http.IncomingMessage,
  query: URLSearchParams,
): Promise<{ form: Params; json?: Record<string, unknown> }> {
  const body = await readBody(request)
  const type = request.headers['content-type'] ?? ''
  const form = Object.fromEntries(query)
  if (type.startsWith('application/x-www-form-urlencoded'))
    return { form: { ...form, ...Object.fromEntries(new URLSearchParams(body.toString())) } }
  const json = type.startsWith('application/json') ? recordOf(body) : undefined
  return { form, ...(json && { json: { ...form, ...json } }) }
}

function readBody(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

function recordOf(body: Buffer): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(body.toString()))
  } catch {
    return undefined
  }
}
