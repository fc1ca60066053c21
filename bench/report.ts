import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'

export type Row = {
  what: string
  value: number
  unit: string
  baseline?: string
  ratio?: number
  goal?: string
  isMet?: boolean
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'cpu'}, Node ${process.version}`

/** Prints the table and keeps it under bench/results/, with the machine it was measured on. */
export function report(name: string, rows: readonly Row[]): void {
  console.log(`\n${name} (${machine})`)
  console.table(
    rows.map(({ what, value, unit, baseline, ratio, goal, isMet }) => ({
      what,
      value: `${round(value)} ${unit}`,
      baseline: baseline ?? '',
      ratio: ratio === undefined ? '' : `${round(ratio)}×`,
      goal: goal === undefined ? '' : `${goal} ${isMet ? 'met' : 'NOT MET'}`,
    })),
  )
  keep(name, rows)
}

/** The same without the table: a long run keeps what it knows so far. */
export function keep(name: string, rows: readonly Row[]): void {
  mkdirSync(new URL('results/', import.meta.url), { recursive: true })
  const file = new URL(`results/${name}.json`, import.meta.url)
  writeFileSync(file, `${JSON.stringify({ name, machine, at: new Date().toISOString(), rows }, null, 2)}\n`)
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100
}
