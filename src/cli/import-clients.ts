import { readFile, writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { type ImportResult, importClients } from '../clients/import/run.ts'
import { ImportError } from '../clients/import/table.ts'
import type { Config } from '../config.ts'
import { plural } from '../lib/russian/plural.ts'
import { withClients } from './clients.ts'
import { progressBar } from './progress.ts'

export function importClientsCommand(settings: () => Config): Command {
  return new Command('import-clients')
    .description('Puts a CSV file of clients into the registry; broken off, the same file goes on where it was.')
    .argument('<file>', 'CSV in UTF-8 or windows-1251 with «;» or «,»')
    .option('--dry-run', 'reads and checks the file, writes nothing but the report')
    .option('--again', 'reads a file that was imported before once more')
    .addHelpText('after', help)
    .action(async (file: string, { dryRun = false, again = false }: { dryRun?: boolean; again?: boolean }) => {
      const config = settings()
      const bytes = await readFile(file)
      const bar = progressBar(process.stderr)
      const result = await withClients(config, (needs) =>
        importClients({ ...needs, timezone: config.TIMEZONE, onProgress: bar.show }, bytes, {
          isDryRun: dryRun,
          again,
        }),
      ).finally(bar.end)
      process.stdout.write(`${summaryOf(result, dryRun)}\n`)
      if (result.refused.length === 0) return
      const report = `${file}.ошибки.txt`
      await writeFile(report, reportOf(result))
      process.stdout.write(`Не подошло строк: ${result.refused.length}. Причины по строкам: ${report}\n`)
    })
}

const lineWords = { one: 'строка', few: 'строки', many: 'строк', other: 'строки' }

const help = `
Columns, by their names in the first line (Russian or English): Идентификатор, Телефон, ФИО, Площадка,
Согласие на сообщения, Дата согласия, Согласие на рекламу, Дата согласия на рекламу.

Example:
  npm run cli -- import-clients клиенты.csv --dry-run`

function summaryOf({ lines, good, resumedFrom, wasDone }: ImportResult, isDryRun: boolean): string {
  const all = `${lines} ${plural(lines, lineWords)}`
  if (isDryRun) return `Проверено: ${all}, подходит ${good}. Ничего не записано.`
  if (wasDone) return `Этот файл уже загружен: ${all}. Чтобы загрузить его ещё раз, добавьте --again.`
  const resumed = resumedFrom > 0 ? ` Продолжено после строки ${resumedFrom}.` : ''
  return `Загружено: ${all}, подошло ${good}.${resumed}`
}

/** No names and no phones: the report may be sent to whoever mends the file. */
function reportOf({ refused }: ImportResult): string {
  return `\uFEFF${refused.map(({ line, cause }) => `строка ${line}: ${cause}\r\n`).join('')}`
}

export function isImportError(error: unknown): boolean {
  return error instanceof ImportError
}
