import { Command } from 'commander'
import type { Config } from '../config.ts'
import type { Finding } from '../lib/finding.ts'
import { examine } from './doctor/examine.ts'

export function doctorCommand(settings: () => Config): Command {
  return new Command('doctor')
    .description(
      'Looks at the database, the queue, the clock, the disk, the keys, each messenger and PUBLIC_URL; says what is wrong and what to do. Changes nothing.',
    )
    .option('--json', 'the findings as JSON: { ok, findings: [{ what, state, detail, remedy }] }')
    .addHelpText(
      'after',
      '\nExit code: 0 when nothing is bad, 1 otherwise. Warnings do not count.\n\nExample:\n  npm run cli -- doctor',
    )
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examine(settings())
      const ok = findings.every((each) => each.state !== 'bad')
      process.stdout.write(json ? `${JSON.stringify({ ok, findings }, null, 2)}\n` : shown(findings))
      process.exitCode = ok ? 0 : 1
    })
}

const marks = { ok: 'хорошо  ', warn: 'ВНИМАНИЕ', bad: 'ПЛОХО   ' } as const

export function shown(findings: readonly Finding[]): string {
  const lines = findings.map(
    ({ what, state, detail, remedy }) =>
      `${marks[state]}  ${what}: ${detail}\n${remedy === undefined ? '' : `          Что сделать: ${remedy}\n`}`,
  )
  const count = (state: Finding['state']) => findings.filter((each) => each.state === state).length
  return `${lines.join('')}\nПлохо: ${count('bad')}, внимание: ${count('warn')}, хорошо: ${count('ok')}.\n`
}
