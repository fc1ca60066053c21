import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import { sameSecret } from '../lib/crypto.ts'
import { RequestError } from '../lib/errors.ts'
import { clientRoutes } from './clients.ts'
import { eventRoutes } from './events.ts'
import { journalRoutes } from './journal.ts'

export type ApiNeeds = { db: Database; vault: Vault; adminKey: string }

/** `/api/v1` for machines (contract §3.3), behind a bearer key. */
export async function apiRoutes(app: FastifyInstance, needs: ApiNeeds): Promise<void> {
  const api: FastifyPluginAsync = async (scope) => {
    scope.addHook('onRequest', async (request) => {
      const [scheme = '', key = ''] = (request.headers.authorization ?? '').trim().split(/\s+/)
      if (scheme.toLowerCase() !== 'bearer' || !sameSecret(key, needs.adminKey)) throw new RequestError('unauthorized')
    })
    eventRoutes(scope, needs)
    journalRoutes(scope, needs)
    clientRoutes(scope, needs)
  }
  await app.register(api, { prefix: '/api/v1' })
}
