import type { Facts } from '../facts.ts'

/** A position of the act, under the names of `positionFields`. */
export type Position = Readonly<Record<string, string | null>>

/** What a template sees: `null` is "the event does not say", and is false in a condition. */
export type Value = string | number | null | readonly Position[]

export type Variable = {
  /** Russian first, English second, then further spellings; all mean the same. */
  names: readonly [string, string, ...string[]]
  description: string
  /** What it shows for the example event of the contract (§3.2). */
  example: string
  /** Fields of the event it is read from; `branding.…` and `now` are not of the event. */
  fields: readonly string[]
  /**
   * Does it tell of this person: who he is, what he sold, what he is paid, or words of the base that may hold any of it?
   * Such a variable has no place in a private text, the one for a foreign messenger or a locked screen.
   */
  personal: boolean
  read(facts: Facts): Value
}
