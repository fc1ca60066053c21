import { z } from 'zod'
import { type ArmedCarrying, type CarryingFault, carryingFaultSchema } from '../carrying.ts'
import { createFaultQueue } from '../fault-queue.ts'

export const faultSchema = z.discriminatedUnion('kind', [
  /** 429 with `Retry-After`; without seconds no such header. */
  z.object({ kind: z.literal('limit'), retryAfterS: z.number().optional() }),
  /** The message reaches the client, the connection breaks without an answer. */
  z.object({ kind: z.literal('lostAnswer') }),
  /** The connection breaks before anything was done. */
  z.object({ kind: z.literal('dropped') }),
  /** The usual answer, late. */
  z.object({ kind: z.literal('slow'), ms: z.number() }),
  z.object({ kind: z.literal('error'), status: z.int(), code: z.string(), message: z.string() }),
  /** The message reaches the client, the answer is not JSON. */
  z.object({ kind: z.literal('garbage'), status: z.int().default(200) }),
  /** Nothing is done and nothing is ever answered. */
  z.object({ kind: z.literal('hang') }),
])

export type Fault = z.infer<typeof faultSchema>

/** Faults of calls, and of what MAX carries to us. */
export const anyFaultSchema = z.union([faultSchema, carryingFaultSchema])

/** Those that have a name of their own, as MAX words them. */
export const namedFaults = {
  expiredToken: { kind: 'error', status: 401, code: 'verify.token', message: 'Invalid access_token' },
  blocked: { kind: 'error', status: 403, code: 'chat.denied', message: 'Key: error.dialog.suspended, args: [],.' },
  broken: { kind: 'error', status: 500, code: 'internal', message: 'Internal server error' },
} as const satisfies Record<string, Fault>

export const aimSchema = z.object({
  /** How many calls it strikes; 1. */
  times: z.number().optional(),
  /** `POST /messages` unless said otherwise. */
  method: z.string().optional(),
  userId: z.string().optional(),
  textIncludes: z.string().optional(),
})

/** Which calls a fault strikes: by default the next message sent. */
export type Aim = z.infer<typeof aimSchema>

export type StruckCall = { method: string; userId: string | undefined; text: string | undefined }

export type ArmedFault = { fault: Fault | CarryingFault; aim: Aim; left: number }

export type Faults = {
  add(fault: Fault | CarryingFault, aim?: Aim): void
  limit(retryAfterS: number | undefined, aim?: Aim): void
  expiredToken(aim?: Aim): void
  /** As if he had blocked the bot. */
  blocked(aim?: Aim): void
  lostAnswer(aim?: Aim): void
  dropped(aim?: Aim): void
  slow(ms: number, aim?: Aim): void
  error(status: number, code: string, message: string, aim?: Aim): void
  garbage(status?: number, aim?: Aim): void
  hang(aim?: Aim): void
  clear(): void
  /** What waits for its calls. */
  list(): readonly ArmedFault[]
  /** The fault that strikes this call, first come first served. */
  take(call: StruckCall): Fault | undefined
}

export function createFaults(carrying: ArmedCarrying): Faults {
  const queue = createFaultQueue<Fault, Aim, StruckCall>(strikes)
  const add = (fault: Fault | CarryingFault, aim: Aim = {}) => {
    if (fault.kind === 'duplicate' || fault.kind === 'reorder') carrying.arm(fault, aim.times)
    else queue.add(fault, aim)
  }
  return {
    add,
    limit: (retryAfterS, aim) => add({ kind: 'limit', ...(retryAfterS !== undefined && { retryAfterS }) }, aim),
    expiredToken: (aim) => add(namedFaults.expiredToken, aim),
    blocked: (aim) => add(namedFaults.blocked, aim),
    lostAnswer: (aim) => add({ kind: 'lostAnswer' }, aim),
    dropped: (aim) => add({ kind: 'dropped' }, aim),
    slow: (ms, aim) => add({ kind: 'slow', ms }, aim),
    error: (status, code, message, aim) => add({ kind: 'error', status, code, message }, aim),
    garbage: (status = 200, aim) => add({ kind: 'garbage', status }, aim),
    hang: (aim) => add({ kind: 'hang' }, aim),
    clear: () => {
      queue.clear()
      carrying.clear()
    },
    list: () => [...queue.list(), ...carrying.armed().map((each) => ({ ...each, aim: {} }))],
    take: queue.take,
  }
}

function strikes({ method = 'POST /messages', userId, textIncludes }: Aim, call: StruckCall): boolean {
  if (method !== call.method) return false
  if (userId !== undefined && userId !== call.userId) return false
  return textIncludes === undefined || call.text?.includes(textIncludes) === true
}
