import type http from 'node:http'
import { z } from 'zod'

/** The parameters of a call, from the query, a JSON, form or multipart body. A file of a multipart body becomes its name. */
export async function readParams(
  request: http.IncomingMessage,
  query: URLSearchParams,
): Promise<Record<string, unknown>> {
  const body = await readBody(request)
  const fromQuery = Object.fromEntries(query)
  if (body.length === 0) return fromQuery
  return { ...fromQuery, ...paramsOf(body, request.headers['content-type'] ?? '') }
}

/** The body is not what its type says. */
export class BodyError extends Error {}

function readBody(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

const recordSchema = z.record(z.string(), z.unknown())

function paramsOf(body: Buffer, type: string): Record<string, unknown> {
  if (type.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(body.toString()))
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/.exec(type)?.[1]
  if (boundary !== undefined) return partsOf(body, boundary)
  try {
    return recordSchema.parse(JSON.parse(body.toString()))
  } catch {
    throw new BodyError('the body is not a JSON object')
  }
}

function partsOf(body: Buffer, boundary: string): Record<string, unknown> {
  const params: Record<string, unknown> = {}
  for (const part of body.toString('latin1').split(`--${boundary}`)) {
    const [head = '', ...rest] = part.split('\r\n\r\n')
    const name = /name="([^"]*)"/.exec(head)?.[1]
    if (name === undefined) continue
    const file = /filename="([^"]*)"/.exec(head)?.[1]
    const value = rest.join('\r\n\r\n').replace(/\r\n$/, '')
    params[name] = Buffer.from(file ?? value, 'latin1').toString()
  }
  return params
}
