import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Door, DoorRequest } from '../channel.ts'
import { readUpdates } from './updates.ts'

export type DoorSettings = { phoneNumberId: string; appSecret: string; verifyToken: string }

type Reading = ReturnType<Door['read']>

/** Meta repeats a request for up to seven days until a 200; it calls whatever address the app's settings name. */
export function createDoor(settings: DoorSettings): Door {
  return { read: (request) => (request.method === 'GET' ? greet(settings, request) : take(settings, request)) }
}

/** Once, when the address is entered in the app's settings. */
function greet({ verifyToken }: DoorSettings, { query }: DoorRequest): Reading {
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query
  const isOurs = typeof token === 'string' && isSame(token, verifyToken)
  if (mode !== 'subscribe' || !isOurs || typeof challenge !== 'string') return shut(403)
  return { status: 200, body: challenge, updates: [] }
}

function take({ appSecret, phoneNumberId }: DoorSettings, { headers, body }: DoorRequest): Reading {
  const signature = headers['x-hub-signature-256']
  // Over the bytes as they came: Meta escapes what is not ASCII, and a re-made JSON would differ.
  const expected = `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
  if (typeof signature !== 'string' || !isSame(signature, expected)) return shut(401)
  try {
    return {
      status: 200,
      body: '',
      updates: readUpdates(JSON.parse(body.toString()), { phoneNumberId, now: new Date() }),
    }
  } catch {
    return shut(400)
  }
}

function shut(status: number): Reading {
  return { status, body: '', updates: [] }
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
