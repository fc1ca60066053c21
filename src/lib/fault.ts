/**
 * What may be logged of an error: its name, its code and where it was thrown. Messages are left out: Postgres and zod
 * repeat the values they met.
 */
export function faultOf(error: unknown): { fault: string; code?: string; stack?: string } {
  if (!(error instanceof Error)) return { fault: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const frames = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
  return { fault: error.name, ...(code === undefined ? {} : { code }), ...(frames ? { stack: frames.join('\n') } : {}) }
}
