import type { Readable } from 'node:stream'
import type { Logger } from 'pino'
import type { Channel, ChannelName } from '../channels/channel.ts'
import type { Looks } from '../journal/looks.ts'
import type { ExportNeeds, JournalExport } from '../notifications/export/journal-sheet.ts'
import type { ResendNeeds } from '../notifications/resend.ts'

/**
 * What the pages work with. The calls of /api/v1 are made by a neighbour: service.ts hands them over, so that a page does
 * what a machine can do, by the same schemas and into the same audit log.
 */
export type Desk = ResendNeeds & {
  log: Logger
  /** Who was shown whose data. */
  looks: Pick<Looks, 'note'>
  /** For the ways to the messengers, as this process sees them. */
  channels: ReadonlyMap<ChannelName, Pick<Channel, 'way'>>
  publicUrl: string | undefined
  companyName: string | undefined
  /** @throws RequestError as the call answers. `call`: «POST /keys». */
  ask: Ask
  /** What a key may do: the scopes of /api/v1 with their Russian words. */
  scopes: readonly { value: string; title: string }[]
  journalSheet(order: JournalExport): Promise<Readable>
  onAuditTrouble: ExportNeeds['onTrouble']
}

export type Ask = (
  call: string,
  input: { params?: Record<string, string>; query?: Record<string, string>; body?: unknown },
  user: string,
) => Promise<unknown>
