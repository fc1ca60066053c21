import { Command, InvalidArgumentError, Option } from 'commander'
import { recordAct } from '../audit/store.ts'
import { type ChannelName, channelNames, wayNames } from '../channels/channel.ts'
import type { Config } from '../config.ts'
import { deliveryStateSchema, type Reason, reasons } from '../deliveries/delivery.ts'
import { reasonsOf, type Side, sideOf, sides } from '../deliveries/reasons.ts'
import type { DeadFilter } from '../deliveries/store/dead-letters.ts'
import { keptTypes } from '../events/kept.ts'
import { type EventId, parseId } from '../lib/ids.ts'
import { resend } from '../notifications/resend.ts'
import { treatmentOf } from '../notifications/treatment.ts'
import type { Services } from '../services.ts'
import { readWording } from '../wording.ts'
import { policyOf } from '../workers.ts'
import { type Chosen, choose, summaryOf } from './replay/choose.ts'
import { withServices } from './services.ts'

export type ReplayOptions = {
  reason?: Reason
  side?: Side
  state?: 'failed' | 'skipped'
  type?: string
  channel?: string
  branch?: string
  source?: string
  event?: EventId
  from?: Date
  to?: Date
  via?: ChannelName
  limit: number
  dryRun?: true
}

export function replayCommand(settings: () => Config): Command {
  return new Command('replay')
    .description(
      'Sends once more what ended without arriving. Never what has come or may have come, never twice, never what is too old to be news.',
    )
    .addOption(new Option('--reason <reason>', 'why it did not arrive').choices(reasons.filter((each) => sideOf[each])))
    .addOption(new Option('--side <side>', 'whose fault it was').choices([...sides]))
    .addOption(new Option('--state <state>').choices(['failed', 'skipped']))
    .addOption(new Option('--type <type>', 'the event').choices([...keptTypes]))
    .addOption(new Option('--channel <channel>', 'the messenger it was to leave by').choices([...wayNames]))
    .option('--branch <code>')
    .option('--source <source>', '1c or vtorium')
    .option('--event <id>', 'evt_…, one event', eventIn)
    .option('--from <moment>', 'a day or a moment: 2026-11-01', momentIn)
    .option('--to <moment>', 'before that', momentIn)
    .addOption(new Option('--via <channel>', 'by this messenger and no other').choices([...channelNames]))
    .option('--limit <count>', 'at most so many', countIn, 10_000)
    .option('--dry-run', 'only say how many there are, and why')
    .addHelpText('after', '\nExample:\n  npm run cli -- replay --reason channel_off --from 2026-11-20 --dry-run')
    .action(async (options: ReplayOptions) => {
      await withServices(settings(), async (services) => {
        const write = (text: string) => void process.stdout.write(text)
        await replayDead(services, options, { write, onProgress: showProgress })
      })
    })
}

export type Told = { resent: number; already: number; refused: Map<string, number> }

export async function replayDead(
  services: Services,
  options: ReplayOptions,
  out: { write(text: string): void; onProgress(done: number, all: number): void },
): Promise<Told> {
  const chosen = await choose(services.db, filterOf(options), options.limit, new Date())
  out.write(summaryOf(chosen))
  const told: Told = { resent: 0, already: 0, refused: new Map() }
  if (options.dryRun) {
    out.write('Пробный запуск: ничего не отправлено.\n')
    return told
  }
  await sendAll(services, chosen, options.via, told, out.onProgress)
  const { resent, already, refused } = told
  const detail = { all: chosen.letters.length, resent, already }
  await recordAct(services.db, { who: 'cli', kind: 'user', act: 'delivery.replay', outcome: 'done', detail })
  const reasonsTold = [...refused].map(([why, count]) => `  ${count}  ${why}\n`).join('')
  out.write(
    `Отправлено снова: ${resent}, уже отправлены раньше: ${already}\n${reasonsTold && `Отправить нельзя:\n${reasonsTold}`}`,
  )
  return told
}

async function sendAll(
  services: Services,
  { letters }: Chosen,
  channel: ChannelName | undefined,
  told: Told,
  onProgress: (done: number, all: number) => void,
): Promise<void> {
  const { db, vault, queue, branchRules } = services
  const needs = {
    ...{ db, vault, queue, branchRules, policy: policyOf(services), handlingOf: treatmentOf },
    wording: () => readWording(services),
    // The sweep of a worker finds what the queue was not told of.
    onQueueTrouble: () => {},
  }
  const order = { by: 'cli', within: { source: null, branches: null }, channel, force: false }
  let done = 0
  for (const { id } of letters) {
    const resent = await resend(needs, { ...order, id })
    if (resent.kind === 'made') told.resent += 1
    else if (resent.kind === 'already') told.already += 1
    else if (resent.kind === 'refused') told.refused.set(resent.text, (told.refused.get(resent.text) ?? 0) + 1)
    onProgress(++done, letters.length)
  }
}

function filterOf({ reason, side, state, event, type, channel, branch, source, from, to }: ReplayOptions): DeadFilter {
  const meant = side === undefined ? sides.flatMap(reasonsOf) : reasonsOf(side)
  return {
    reasons: reason === undefined ? meant : meant.filter((each) => each === reason),
    state: state === undefined ? undefined : deliveryStateSchema.parse(state),
    branches: branch === undefined ? undefined : [branch],
    ...{ event, type, channel, source, from, to },
  }
}

function showProgress(done: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} из ${all}${done === all ? '\n' : ''}`)
  else if (done % 500 === 0) process.stderr.write(`${done} из ${all}\n`)
}

function eventIn(text: string): EventId {
  const id = parseId('event', text)
  if (id === undefined) throw new InvalidArgumentError('Expected evt_ and 32 hex digits.')
  return id
}

function momentIn(text: string): Date {
  const at = new Date(text)
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('Expected a day such as 2026-11-01, or a moment with offset.')
  return at
}

function countIn(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('Expected a whole number from 1.')
  return count
}
