import { z } from 'zod'
import { type ArmedCarrying, type CarryingFault, carryingFaultSchema } from '../carrying.ts'
import { createFaultQueue } from '../fault-queue.ts'

export const faultSchema = z.discriminatedUnion('kind', [
  /** 429 of a front server, with Retry-After. VK's own limits name no pause: they are the errors 6, 9 and 29. */
  z.object({ kind: z.literal('limit'), retryAfterS: z.number() }),
  /** An error of VK, with HTTP 200: 1117 is a key that has run out, 901 one who denied. */
  z.object({ kind: z.literal('error'), code: z.int(), message: z.string().optional() }),
  /** The message reaches the client, the connection breaks without an answer. */
  z.object({ kind: z.literal('lostAnswer') }),
  /** The connection breaks before anything was done. */
  z.object({ kind: z.literal('dropped') }),
  /** The usual answer, late. */
  z.object({ kind: z.literal('slow'), ms: z.number() }),
  /** A front server's own page with this status; nothing was done. */
  z.object({ kind: z.literal('http'), status: z.int() }),
  /** The message reaches the client, the answer is not JSON. */
  z.object({ kind: z.literal('garbage') }),
  /** Nothing is done and nothing is ever answered. */
  z.object({ kind: z.literal('hang') }),
])

export type Fault = z.infer<typeof faultSchema>

/** Faults of calls, and of what VK carries to us. */
export const anyFaultSchema = z.union([faultSchema, carryingFaultSchema])

/** Those that have a name of their own, as VK words them. */
export const namedFaults = {
  expiredToken: { kind: 'error', code: 1117 },
  blocked: { kind: 'error', code: 901 },
  flood: { kind: 'error', code: 9 },
} as const satisfies Record<string, Fault>

export const aimSchema = z.object({
  /** How many calls it strikes; 1. */
  times: z.number().optional(),
  /** `a_check` stands for a request to the long poll. */
  method: z.string().optional(),
  peerId: z.string().optional(),
  textIncludes: z.string().optional(),
})

/** Which calls a fault strikes: by default the next messages.send. */
export type Aim = z.infer<typeof aimSchema>

export type Call = { method: string; peerId: string | undefined; text: string | undefined }

export type Faults = ReturnType<typeof createFaults>
export type ArmedFault = { fault: Fault | CarryingFault; aim: Aim; left: number }

export function createFaults(carrying: ArmedCarrying) {
  const queue = createFaultQueue<Fault, Aim, Call>(strikes)
  const add = (fault: Fault | CarryingFault, aim: Aim = {}) => {
    if (fault.kind === 'duplicate' || fault.kind === 'reorder') carrying.arm(fault, aim.times)
    else queue.add(fault, aim)
  }
  return {
    add,
    limit: (retryAfterS: number, aim?: Aim) => add({ kind: 'limit', retryAfterS }, aim),
    error: (code: number, message?: string, aim?: Aim) =>
      add({ kind: 'error', code, ...(message !== undefined && { message }) }, aim),
    expiredToken: (aim?: Aim) => add(namedFaults.expiredToken, aim),
    /** As if he had forbidden the community to write to him. */
    blocked: (aim?: Aim) => add(namedFaults.blocked, aim),
    lostAnswer: (aim?: Aim) => add({ kind: 'lostAnswer' }, aim),
    dropped: (aim?: Aim) => add({ kind: 'dropped' }, aim),
    slow: (ms: number, aim?: Aim) => add({ kind: 'slow', ms }, aim),
    http: (status: number, aim?: Aim) => add({ kind: 'http', status }, aim),
    garbage: (aim?: Aim) => add({ kind: 'garbage' }, aim),
    hang: (aim?: Aim) => add({ kind: 'hang' }, aim),
    clear: () => {
      queue.clear()
      carrying.clear()
    },
    take: queue.take,
    list: (): ArmedFault[] => [...queue.list(), ...carrying.armed().map((each) => ({ ...each, aim: {} }))],
  }
}

function strikes(aim: Aim, call: Call): boolean {
  if ((aim.method ?? 'messages.send') !== call.method) return false
  if (aim.peerId !== undefined && aim.peerId !== call.peerId) return false
  return aim.textIncludes === undefined || call.text?.includes(aim.textIncludes) === true
}
