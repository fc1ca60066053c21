import { callsAvoided } from './calls-avoided.ts'
import { channels } from './channels.ts'
import { deliveries } from './deliveries.ts'
import { funnel } from './funnel.ts'
import { holdout } from './holdout.ts'
import { optOuts } from './opt-outs.ts'
import { processing } from './processing.ts'
import { ratings } from './ratings.ts'
import type { Report } from './report.ts'
import { returns } from './returns.ts'
import { timing } from './timing.ts'
import { undelivered } from './undelivered.ts'

/** Every report, in the order in which people see them. A new one is a file here, one in store/, and a line. */
export const catalog: readonly Report[] = [
  deliveries,
  funnel,
  undelivered,
  timing,
  processing,
  channels,
  optOuts,
  callsAvoided,
  ratings,
  returns,
  holdout,
]

export function reportNamed(name: string): Report | undefined {
  return catalog.find((each) => each.name === name)
}
