import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import type { FastifyError, FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { RequestError } from '../lib/errors.ts'
import { recogniseOperators, requireSession } from './access/guard.ts'
import { loginRoutes, logoutRoutes } from './access/login.ts'
import { noteActs } from './access/noted.ts'
import { refuseNulls } from './access/nulls.ts'
import { passwordRoutes } from './access/own-password.ts'
import { createAccess } from './access.ts'
import { auditRoutes } from './audit/page.ts'
import { clientRoutes } from './clients/page.ts'
import type { Desk } from './desk.ts'
import { answerWithPage } from './errors.ts'
import { eventRoutes } from './events/page.ts'
import { assetRoutes } from './frame/assets.ts'
import { handRoutes } from './hand/page.ts'
import { journalRoutes } from './journal/page.ts'
import { lookRoutes } from './looks/page.ts'
import { reportRoutes } from './reports/page.ts'
import { alertRoutes } from './settings/alerts.ts'
import { branchRoutes } from './settings/branches.ts'
import { settingsRoutes } from './settings/index.ts'
import { infobaseRoutes } from './settings/infobases.ts'
import { queueRoutes } from './settings/queues.ts'
import { reminderRoutes } from './settings/reminders.ts'
import { sourceRoutes } from './settings/sources.ts'
import { testSendRoutes } from './settings/test-send.ts'
import { userRoutes } from './settings/users.ts'
import { templateRoutes } from './templates/page.ts'
import { todayRoutes } from './today/page.ts'
import { undeliveredRoutes } from './undelivered/page.ts'

/** The operator's dashboard (contract §3.5): pages in Russian that work without scripts. */
export async function dashboardRoutes(app: FastifyInstance, desk: Desk): Promise<void> {
  const withAccess = { ...desk, access: createAccess(desk) }

  const forOperators: FastifyPluginAsync = async (scope) => {
    noteActs(scope, desk)
    requireSession(scope)
    logoutRoutes(scope, withAccess)
    passwordRoutes(scope, withAccess)
    todayRoutes(scope, desk)
    journalRoutes(scope, desk)
    clientRoutes(scope, desk)
    eventRoutes(scope, desk)
    lookRoutes(scope, desk)
    handRoutes(scope, desk)
    undeliveredRoutes(scope, desk)
    auditRoutes(scope, desk)
    queueRoutes(scope, desk)
    infobaseRoutes(scope, desk)
    settingsRoutes(scope, desk)
    userRoutes(scope, desk)
    sourceRoutes(scope, desk)
    branchRoutes(scope, desk)
    reminderRoutes(scope, desk)
    alertRoutes(scope, desk)
    testSendRoutes(scope, desk)
    templateRoutes(scope, desk)
    reportRoutes(scope, desk)
  }
  const forPeople: FastifyPluginAsync = async (scope) => {
    recogniseOperators(scope, withAccess.access, desk.publicUrl)
    refuseNulls(scope)
    const isOpen = { config: { right: 'public' as const } }
    scope.get('/', isOpen, async (request, reply) => reply.redirect(request.operator ? '/today' : '/login'))
    loginRoutes(scope, withAccess)
    scope.get(anyPage, isOpen, () => {
      throw new RequestError('not_found')
    })
    await scope.register(forOperators)
  }
  const dashboard: FastifyPluginAsync = async (scope) => {
    await scope.register(cookie)
    await scope.register(formbody, { bodyLimit: 64 * 1024 })
    scope.setErrorHandler((error: FastifyError | RequestError, request, reply) => {
      if (isOfMachine(request)) throw error
      return answerWithPage(desk.log, error, request, reply)
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
