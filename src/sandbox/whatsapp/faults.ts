import { z } from 'zod'
import { type ArmedCarrying, type CarryingFault, carryingFaultSchema } from '../carrying.ts'
import { createFaultQueue } from '../fault-queue.ts'

export const faultSchema = z.discriminatedUnion('kind', [
  /** 130429, with `Retry-After` when a number is given (Meta itself promises none). */
  z.object({ kind: z.literal('limit'), retryAfterS: z.number().optional() }),
  /** The message reaches the client, the connection breaks without an answer. */
  z.object({ kind: z.literal('lostAnswer') }),
  /** The connection breaks before anything was done. */
  z.object({ kind: z.literal('dropped') }),
  /** The usual answer, late. */
  z.object({ kind: z.literal('slow'), ms: z.number() }),
  /** An error in Meta's own form. */
  z.object({ kind: z.literal('error'), code: z.int(), status: z.int(), details: z.string() }),
  /** The message is taken, and a status says later that it failed. */
  z.object({ kind: z.literal('fails'), code: z.int(), details: z.string() }),
  /** The message reaches the client, the answer is not JSON. */
  z.object({ kind: z.literal('garbage'), status: z.int().default(200) }),
  /** Nothing is done and nothing is ever answered. */
  z.object({ kind: z.literal('hang') }),
])

export type Fault = z.infer<typeof faultSchema>

/** Faults of calls, and of what Meta carries to us. */
export const anyFaultSchema = z.union([faultSchema, carryingFaultSchema])

/** Those that have a name of their own, as Meta words them. */
export const namedFaults = {
  pairLimit: { kind: 'error', code: 131056, status: 400, details: 'Too many messages to this pair' },
  expiredToken: { kind: 'error', code: 190, status: 401, details: 'Session has expired' },
  wrongTemplate: { kind: 'error', code: 132001, status: 404, details: 'template name does not exist in ru' },
  blocked: { kind: 'fails', code: 131026, details: 'Message undeliverable.' },
  broken: { kind: 'error', code: 131000, status: 500, details: 'Something went wrong.' },
} as const satisfies Record<string, Fault>

/** How a send of a template looks in the request. */
export const templateMark = '"type":"template"'

export const aimSchema = z.object({
  /** How many calls it strikes; 1. */
  times: z.number().optional(),
  phone: z.string().optional(),
  /** A part of the request's JSON. */
  includes: z.string().optional(),
})

/** Which sends a fault strikes: by default the next one. */
export type Aim = z.infer<typeof aimSchema>
export type Call = { phone: string | undefined; json: string }

export type ArmedFault = { fault: Fault | CarryingFault; aim: Aim; left: number }

export type Faults = {
  add(fault: Fault | CarryingFault, aim?: Aim): void
  limit(retryAfterS?: number, aim?: Aim): void
  pairLimit(aim?: Aim): void
  expiredToken(aim?: Aim): void
  /** Of the next template: Meta has none of that name. Our own words are not struck. */
  wrongTemplate(aim?: Aim): void
  /** As if he had blocked us: taken, and a status says later that it failed. */
  blocked(aim?: Aim): void
  lostAnswer(aim?: Aim): void
  dropped(aim?: Aim): void
  slow(ms: number, aim?: Aim): void
  error(code: number, status: number, details?: string, aim?: Aim): void
  fails(code: number, details?: string, aim?: Aim): void
  garbage(status?: number, aim?: Aim): void
  hang(aim?: Aim): void
  clear(): void
  /** What waits for its calls. */
  list(): readonly ArmedFault[]
  /** The fault that strikes this call, first come first served. */
  take(call: Call): Fault | undefined
}

export function createFaults(carrying: ArmedCarrying): Faults {
  const queue = createFaultQueue<Fault, Aim, Call>(strikes)
  const add = (fault: Fault | CarryingFault, aim: Aim = {}) => {
    if (fault.kind === 'duplicate' || fault.kind === 'reorder') carrying.arm(fault, aim.times)
    else queue.add(fault, aim)
  }
  return {
    add,
    limit: (retryAfterS, aim) => add({ kind: 'limit', ...(retryAfterS !== undefined && { retryAfterS }) }, aim),
    pairLimit: (aim) => add(namedFaults.pairLimit, aim),
    expiredToken: (aim) => add(namedFaults.expiredToken, aim),
    wrongTemplate: (aim) => add(namedFaults.wrongTemplate, { includes: templateMark, ...aim }),
    blocked: (aim) => add(namedFaults.blocked, aim),
    lostAnswer: (aim) => add({ kind: 'lostAnswer' }, aim),
    dropped: (aim) => add({ kind: 'dropped' }, aim),
    slow: (ms, aim) => add({ kind: 'slow', ms }, aim),
    error: (code, status, details = '', aim = {}) => add({ kind: 'error', code, status, details }, aim),
    fails: (code, details = '', aim = {}) => add({ kind: 'fails', code, details }, aim),
    garbage: (status = 200, aim = {}) => add({ kind: 'garbage', status }, aim),
    hang: (aim) => add({ kind: 'hang' }, aim),
    clear: () => {
      queue.clear()
      carrying.clear()
    },
    list: () => [...queue.list(), ...carrying.armed().map((each) => ({ ...each, aim: {} }))],
    take: queue.take,
  }
}

function strikes({ phone, includes }: Aim, call: Call): boolean {
  return (phone === undefined || phone === call.phone) && (includes === undefined || call.json.includes(includes))
}
