import { z } from 'zod'
import { type ArmedCarrying, type CarryingFault, carryingFaultSchema } from '../carrying.ts'
import { createFaultQueue } from '../fault-queue.ts'

export const faultSchema = z.discriminatedUnion('kind', [
  /** 429 with `retry_after`. */
  z.object({ kind: z.literal('limit'), retryAfterS: z.number() }),
  /** The message reaches the client, the connection breaks without an answer. */
  z.object({ kind: z.literal('lostAnswer') }),
  /** The connection breaks before anything was done. */
  z.object({ kind: z.literal('dropped') }),
  /** The usual answer, late. */
  z.object({ kind: z.literal('slow'), ms: z.number() }),
  z.object({ kind: z.literal('error'), status: z.int(), description: z.string() }),
  /** The message reaches the client, the answer is not JSON. */
  z.object({ kind: z.literal('garbage'), status: z.int().default(200) }),
  /** Nothing is done and nothing is ever answered. */
  z.object({ kind: z.literal('hang') }),
])

export type Fault = z.infer<typeof faultSchema>

/** Faults of calls, and of what Telegram carries to us. */
export const anyFaultSchema = z.union([faultSchema, carryingFaultSchema])

/** Those that have a name of their own, as Telegram words them. */
export const namedFaults = {
  expiredToken: { kind: 'error', status: 401, description: 'Unauthorized' },
  blocked: { kind: 'error', status: 403, description: 'Forbidden: bot was blocked by the user' },
  broken: { kind: 'error', status: 502, description: 'Bad Gateway' },
} as const satisfies Record<string, Fault>

export const aimSchema = z.object({
  /** How many calls it strikes; 1. */
  times: z.number().optional(),
  method: z.string().optional(),
  chatId: z.string().optional(),
  /** A part of the text as it was sent, marks included. */
  textIncludes: z.string().optional(),
})

/** Which calls a fault strikes: by default the next sendMessage. */
export type Aim = z.infer<typeof aimSchema> & { when?: (call: Call) => boolean }

export type Call = { method: string; chatId: string | undefined; text: string | undefined }

export type ArmedFault = { fault: Fault | CarryingFault; aim: Aim; left: number }

export type Faults = {
  add(fault: Fault | CarryingFault, aim?: Aim): void
  limit(retryAfterS: number, aim?: Aim): void
  expiredToken(aim?: Aim): void
  /** As if he had blocked the bot. */
  blocked(aim?: Aim): void
  lostAnswer(aim?: Aim): void
  dropped(aim?: Aim): void
  slow(ms: number, aim?: Aim): void
  error(status: number, description: string, aim?: Aim): void
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
    limit: (retryAfterS, aim) => add({ kind: 'limit', retryAfterS }, aim),
    expiredToken: (aim) => add(namedFaults.expiredToken, aim),
    blocked: (aim) => add(namedFaults.blocked, aim),
    lostAnswer: (aim) => add({ kind: 'lostAnswer' }, aim),
    dropped: (aim) => add({ kind: 'dropped' }, aim),
    slow: (ms, aim) => add({ kind: 'slow', ms }, aim),
    error: (status, description, aim) => add({ kind: 'error', status, description }, aim),
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

function strikes(aim: Aim, call: Call): boolean {
  if ((aim.method ?? 'sendMessage').toLowerCase() !== call.method) return false
  if (aim.chatId !== undefined && aim.chatId !== call.chatId) return false
  if (aim.textIncludes !== undefined && !call.text?.includes(aim.textIncludes)) return false
  return aim.when?.(call) ?? true
}
