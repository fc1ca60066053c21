import { z } from 'zod'

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

export type Faults = {
  add(fault: Fault, aim?: Aim): void
  limit(retryAfterS?: number, aim?: Aim): void
  pairLimit(aim?: Aim): void
  expiredToken(aim?: Aim): void
  lostAnswer(aim?: Aim): void
  dropped(aim?: Aim): void
  slow(ms: number, aim?: Aim): void
  error(code: number, status: number, details?: string, aim?: Aim): void
  fails(code: number, details?: string, aim?: Aim): void
  garbage(status?: number, aim?: Aim): void
  hang(aim?: Aim): void
  clear(): void
  /** The fault that strikes this call, first come first served. */
  take(call: Call): Fault | undefined
}

export function createFaults(): Faults {
  let queue: { fault: Fault; aim: Aim; left: number }[] = []
  const add = (fault: Fault, aim: Aim = {}) => {
    queue.push({ fault, aim, left: aim.times ?? 1 })
  }
  return {
    add,
    limit: (retryAfterS, aim) => add({ kind: 'limit', ...(retryAfterS !== undefined && { retryAfterS }) }, aim),
    pairLimit: (aim) =>
      add({ kind: 'error', code: 131056, status: 400, details: 'Too many messages to this pair' }, aim),
    expiredToken: (aim) => add({ kind: 'error', code: 190, status: 401, details: 'Session has expired' }, aim),
    lostAnswer: (aim) => add({ kind: 'lostAnswer' }, aim),
    dropped: (aim) => add({ kind: 'dropped' }, aim),
    slow: (ms, aim) => add({ kind: 'slow', ms }, aim),
    error: (code, status, details = '', aim = {}) => add({ kind: 'error', code, status, details }, aim),
    fails: (code, details = '', aim = {}) => add({ kind: 'fails', code, details }, aim),
    garbage: (status = 200, aim = {}) => add({ kind: 'garbage', status }, aim),
    hang: (aim) => add({ kind: 'hang' }, aim),
    clear: () => {
      queue = []
    },
    take(call) {
      const struck = queue.find(({ aim }) => strikes(aim, call))
      if (!struck) return undefined
      struck.left -= 1
      if (struck.left <= 0) queue = queue.filter((entry) => entry !== struck)
      return struck.fault
    },
  }
}

function strikes({ phone, includes }: Aim, call: Call): boolean {
  return (phone === undefined || phone === call.phone) && (includes === undefined || call.json.includes(includes))
}
