import { spellingKey } from '../lib/russian/text.ts'
import { amountVariables } from './variables/amounts.ts'
import { momentVariables } from './variables/moments.ts'
import { paymentVariables } from './variables/payment.ts'
import { peopleVariables } from './variables/people.ts'
import { scrapVariables } from './variables/scrap.ts'
import type { Variable } from './variables/variable.ts'

/** Everything a template can say, in the order the editor lists it. */
export const variables: readonly Variable[] = [
  ...amountVariables,
  ...momentVariables,
  ...scrapVariables,
  ...paymentVariables,
  ...peopleVariables,
]

/** The variable under any of its names, whatever the case and the letter ё. */
export function variableNamed(name: string): Variable | undefined {
  return byName.get(spellingKey(name))
}

const byName = new Map(variables.flatMap((variable) => variable.names.map((name) => [spellingKey(name), variable])))
