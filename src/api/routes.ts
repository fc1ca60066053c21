import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Targets } from '../changes/outgoing/address.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import type { Receive } from '../events/receive.ts'
import { type KeyNeeds, keyFor } from './access.ts'
import { changeRoutes } from './changes.ts'
import { clientRoutes } from './clients.ts'
import { eventRoutes } from './events.ts'
import { journalRoutes } from './journal.ts'
import { reconcileRoutes } from './reconcile.ts'
import { type ApiRoute, type KeyInUse, register } from './route.ts'
import { smsRoutes } from './sms.ts'
import { outgoingRoutes } from './webhooks.ts'

export type ApiNeeds = KeyNeeds & {
  db: Database
  vault: Vault
  receive: Receive
  webhookTargets: Targets
}

export const apiPrefix = '/api/v1'

/** Every call of the API; /docs is written from this list. */
export function apiRouteTable(needs: ApiNeeds): ApiRoute[] {
  return [
    ...eventRoutes(needs),
    ...journalRoutes(needs),
    ...changeRoutes(needs),
    ...reconcileRoutes(needs),
    ...clientRoutes(needs),
    ...smsRoutes(needs),
    ...outgoingRoutes(needs),
  ]
}

/** `/api/v1` for machines (contract §3.3), behind a bearer key. */
export async function apiRoutes(app: FastifyInstance, needs: ApiNeeds): Promise<void> {
  const keys = new WeakMap<FastifyRequest, KeyInUse>()
  const api: FastifyPluginAsync = async (scope) => {
    scope.addHook('onRequest', async (request) => {
      keys.set(request, await keyFor(needs, request.headers.authorization, request.routeOptions.config.scope))
    })
    register(scope, apiRouteTable(needs), (request) => keys.get(request))
  }
  await app.register(api, { prefix: apiPrefix })
}
