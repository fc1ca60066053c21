import type { FastifyInstance } from 'fastify'
import { RequestError } from '../../lib/errors.ts'

/** Postgres keeps no U+0000: whoever sends one is told so, whatever the page. */
export function refuseNulls(app: FastifyInstance): void {
  app.addHook('preValidation', async ({ query, params, body }) => {
    if (hasNull([query, params, body]))
      throw new RequestError(
        'field_invalid',
        'В запросе есть невидимый знак с кодом 0. Уберите его и попробуйте ещё раз.',
      )
  })
}

/** Forms and addresses are flat: lists of texts at most. */
function hasNull(given: unknown): boolean {
  if (typeof given === 'string') return given.includes('\0')
  if (typeof given !== 'object' || given === null) return false
  return Object.entries(given).some(([name, value]) => name.includes('\0') || hasNull(value))
}
