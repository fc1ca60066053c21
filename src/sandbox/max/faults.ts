import { z } from 'zod'

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

export type Faults = {
  add(fault: Fault, aim?: Aim): void
  limit(retryAfterS: number | undefined, aim?: Aim): void
  lostAnswer(aim?: Aim): void
  dropped(aim?: Aim): void
  slow(ms: number, aim?: Aim): void
  error(status: number, code: string, message: string, aim?: Aim): void
  garbage(status?: number, aim?: Aim): void
  hang(aim?: Aim): void
  clear(): void
  /** The fault that strikes this call, first come first served. */
  take(call: StruckCall): Fault | undefined
}

export function createFaults(): Faults {
  let queue: { fault: Fault; aim: Aim; left: number }[] = []
  const add = (fault: Fault, aim: Aim = {}) => {
    queue.push({ fault, aim, left: aim.times ?? 1 })
  }
  return {
    add,
    limit: (retryAfterS, aim) => add({ kind: 'limit', ...(retryAfterS !== undefined && { retryAfterS }) }, aim),
    lostAnswer: (aim) => add({ kind: 'lostAnswer' }, aim),
    dropped: (aim) => add({ kind: 'dropped' }, aim),
    slow: (ms, aim) => add({ kind: 'slow', ms }, aim),
    error: (status, code, message, aim) => add({ kind: 'error', status, code, message }, aim),
    garbage: (status = 200, aim) => add({ kind: 'garbage', status }, aim),
    hang: (aim) => add({ kind: 'hang' }, aim),
    clear: () => {
      queue = []
    },
    take(call) {
      const struck = queue.find((entry) => strikes(entry.aim, call))
      if (!struck) return undefined
      struck.left -= 1
      if (struck.left <= 0) queue = queue.filter((entry) => entry !== struck)
      return struck.fault
    },
  }
}

function strikes({ method = 'POST /messages', userId, textIncludes }: Aim, call: StruckCall): boolean {
  if (method !== call.method) return false
  if (userId !== undefined && userId !== call.userId) return false
  return textIncludes === undefined || call.text?.includes(textIncludes) === true
}
