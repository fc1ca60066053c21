import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Targets } from '../changes/outgoing/address.ts'
import type { Channel, ChannelName } from '../channels/channel.ts'
import type { Entrances } from '../channels/entrances.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import type { BranchBrands, BranchZones } from '../events/branches.ts'
import type { EventType } from '../events/event.ts'
import type { Receive } from '../events/receive.ts'
import type { Looks } from '../journal/looks.ts'
import type { CatchUp } from '../notifications/catch-up.ts'
import type { PlanNeeds } from '../notifications/plan.ts'
import type { Policy } from '../notifications/policy.ts'
import type { ReadWording } from '../notifications/wording.ts'
import type { QueueSystem } from '../queue/queue.ts'
import { type KeyNeeds, keyFor } from './access.ts'
import { alertRoutes } from './alerts.ts'
import { auditRoutes } from './audit.ts'
import { noteAct } from './audited.ts'
import { branchRoutes } from './branches.ts'
import { changeRoutes } from './changes.ts'
import { channelRoutes } from './channels.ts'
import { clientLinkRoutes } from './client-links.ts'
import { clientMergingRoutes } from './client-merging.ts'
import { clientRoutes } from './clients.ts'
import { deadLetterRoutes } from './dead-letters.ts'
import { digestRoutes } from './digest.ts'
import { dryRunRoutes } from './dry-run.ts'
import { erasureRequestRoutes } from './erasure-requests.ts'
import { eventRoutes } from './events.ts'
import { holdoutRoutes } from './holdout.ts'
import { infobaseRoutes } from './infobases.ts'
import { journalRoutes } from './journal.ts'
import { journalFileRoutes } from './journal-files.ts'
import { keyRoutes } from './keys.ts'
import { lookRoutes } from './looks.ts'
import { previewRoutes } from './preview.ts'
import { privacyRoutes } from './privacy.ts'
import { questionRoutes } from './questions.ts'
import { queueRoutes } from './queues.ts'
import { reconcileRoutes } from './reconcile.ts'
import { reportRoutes } from './reports.ts'
import { resendRoutes } from './resend.ts'
import { retentionRoutes } from './retention.ts'
import { type ApiRoute, type KeyInUse, register } from './route.ts'
import { scheduleRoutes } from './schedules.ts'
import { smsRoutes } from './sms.ts'
import type { SourceNeeds } from './source-needs.ts'
import { sourceRoutes } from './sources.ts'
import { templateRoutes } from './templates.ts'
import { templateTryRoutes } from './templates-try.ts'
import { testSendRoutes } from './test-send.ts'
import { outgoingRoutes } from './webhooks.ts'

export type ApiNeeds = KeyNeeds & {
  db: Database
  vault: Vault
  looks: Pick<Looks, 'note'>
  receive: Receive
  webhookTargets: Targets
  queue: Pick<QueueSystem, 'add'>
  onQueueTrouble(error: unknown): void
  sources: SourceNeeds
  branchZones: BranchZones
  branchBrands: Pick<BranchBrands, 'forget'>
  policy: Policy
  branchRules: PlanNeeds['branchRules']
  handlingOf: PlanNeeds['handlingOf']
  wording: ReadWording
  /** Which approved templates WhatsApp has, by type: the variables that each names. */
  approvedVariables(type: EventType): readonly string[] | undefined
  publicUrl: string | undefined
  companyName: string | undefined
  entrances: Entrances
  linkDays: number
  catchUp: CatchUp
  onAuditTrouble(error: unknown): void
  /** Brings a sample to the team, past the journal. */
  channels: ReadonlyMap<ChannelName, Pick<Channel, 'send' | 'way'>>
}

export const apiPrefix = '/api/v1'

/** Every call of the API; /docs is written from this list. */
export function apiRouteTable(needs: ApiNeeds): ApiRoute[] {
  return [
    ...eventRoutes(needs),
    ...scheduleRoutes(needs),
    ...journalRoutes(needs),
    ...journalFileRoutes(needs),
    ...resendRoutes(needs),
    ...deadLetterRoutes(needs),
    ...queueRoutes(needs),
    ...testSendRoutes(needs),
    ...auditRoutes(needs),
    ...reportRoutes(needs),
    ...changeRoutes(needs),
    ...reconcileRoutes(needs),
    ...smsRoutes(needs),
    ...outgoingRoutes(needs),
    ...clientRoutes(needs),
    ...privacyRoutes(needs),
    ...retentionRoutes(needs),
    ...lookRoutes(needs),
    ...clientLinkRoutes(needs),
    ...clientMergingRoutes(needs),
    ...erasureRequestRoutes(needs),
    ...questionRoutes(needs),
    ...previewRoutes(needs),
    ...templateRoutes(needs),
    ...templateTryRoutes(needs),
    ...sourceRoutes(needs),
    ...dryRunRoutes(needs),
    ...infobaseRoutes(needs),
    ...branchRoutes(needs),
    ...holdoutRoutes(needs),
    ...keyRoutes(needs),
    ...alertRoutes(needs),
    ...digestRoutes(needs),
    ...channelRoutes(needs),
  ]
}

/** `/api/v1` for machines (contract §3.3), behind a bearer key. */
export async function apiRoutes(app: FastifyInstance, needs: ApiNeeds): Promise<void> {
  const keys = new WeakMap<FastifyRequest, KeyInUse>()
  const api: FastifyPluginAsync = async (scope) => {
    scope.addHook('onRequest', async (request) => {
      keys.set(request, await keyFor(needs, request.headers.authorization, request.routeOptions.config.scope))
    })
    register(scope, apiRouteTable(needs), {
      keyOf: (request) => keys.get(request),
      onAct: noteAct(needs),
      looks: needs.looks,
    })
  }
  await app.register(api, { prefix: apiPrefix })
}
