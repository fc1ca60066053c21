import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import type { FastifyError, FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import { RequestError } from '../lib/errors.ts'
import type { Policy } from '../notifications/policy.ts'
import { recogniseOperators, requireSession } from './access/guard.ts'
import { loginRoutes, logoutRoutes } from './access/login.ts'
import { createAccess } from './access.ts'
import { clientRoutes } from './clients/page.ts'
import { answerWithPage } from './errors.ts'
import { eventRoutes } from './events/page.ts'
import { assetRoutes } from './frame/assets.ts'
import { journalRoutes } from './journal/page.ts'
import { reportRoutes } from './reports/page.ts'
import { todayRoutes } from './today/page.ts'

export type DashboardNeeds = {
  db: Database
  vault: Vault
  log: Logger
  /** The rules messages are planned by: the dashboard foretells with them, and shows times in their zone. */
  policy: Policy
  publicUrl: string | undefined
  companyName: string | undefined
}

/** The operator's dashboard (contract §3.5): pages in Russian that work without scripts. */
export async function dashboardRoutes(app: FastifyInstance, needs: DashboardNeeds): Promise<void> {
  const withAccess = { ...needs, access: createAccess(needs) }

  const forOperators: FastifyPluginAsync = async (scope) => {
    requireSession(scope)
    logoutRoutes(scope, withAccess)
    todayRoutes(scope, needs)
    journalRoutes(scope, needs)
    clientRoutes(scope, needs)
    eventRoutes(scope, needs)
    reportRoutes(scope, needs)
  }
  const forPeople: FastifyPluginAsync = async (scope) => {
    recogniseOperators(scope, withAccess.access, needs.publicUrl)
    scope.get('/', async (request, reply) => reply.redirect(request.operator ? '/today' : '/login'))
    loginRoutes(scope, withAccess)
    scope.get(anyPage, () => {
      throw new RequestError('not_found')
    })
    await scope.register(forOperators)
  }
  const dashboard: FastifyPluginAsync = async (scope) => {
    await scope.register(cookie)
    await scope.register(formbody, { bodyLimit: 16 * 1024 })
    scope.setErrorHandler((error: FastifyError | RequestError, request, reply) => {
      if (isOfMachine(request)) throw error
      return answerWithPage(needs.log, error, request, reply)
    })
    assetRoutes(scope)
    await scope.register(forPeople)
  }
  await app.register(dashboard)
}

/** What no route of the service has. A browser gets a page, everything else the JSON of http/app.ts. */
const anyPage = '/*'

function isOfMachine(request: FastifyRequest): boolean {
  return request.routeOptions.url === anyPage && request.headers.accept?.includes('text/html') !== true
}
