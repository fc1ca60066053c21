import type { FastifyRequest } from 'fastify'
import type { Act } from '../../audit/acts.ts'
import { RequestError } from '../../lib/errors.ts'
import type { Session } from './store.ts'

export const roles = ['viewer', 'operator', 'administrator'] as const
export type Role = (typeof roles)[number]

/**
 * `own`: one's own password and leaving. `see`: pages with clients and messages. `export`: taking them away as a file.
 * `act`: sending again, answering, and what is done for one client. `manage`: everything that is common to all branches. Every route names one; `public` needs none.
 */
export const rights = ['own', 'see', 'export', 'act', 'manage'] as const
export type Right = (typeof rights)[number]

export const roleWords: Record<Role, { title: string; about: string }> = {
  viewer: { title: 'наблюдатель', about: 'смотрит журнал и клиентов, ничего не меняет' },
  operator: {
    title: 'оператор',
    about: 'смотрит, выгружает журнал, отправляет снова, отвечает клиентам, ведёт их карточки',
  },
  administrator: { title: 'администратор', about: 'может всё: шаблоны, ключи, площадки, очереди, пользователи' },
}

const rightsOf: Record<Role, readonly Right[]> = {
  viewer: ['own', 'see'],
  operator: ['own', 'see', 'export', 'act'],
  administrator: rights,
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What whoever asks must be allowed to do; a page of the dashboard that names none is closed to all. */
    right?: Right | 'public'
    /** What the audit log calls it. */
    act?: Act
    /** The act is noted where it is done (api/audited.ts); here only that it was not allowed. */
    isNotedBelow?: boolean
    /** It renews itself: noted once in a while. */
    isPart?: boolean
  }
}

export function may({ role }: Pick<Session, 'role'>, right: Right): boolean {
  return rightsOf[role].includes(right)
}

/** Who asks; only pages behind the login call it. */
export function operatorOf({ operator }: FastifyRequest): Session {
  if (operator) return operator
  throw new RequestError('unauthorized')
}
