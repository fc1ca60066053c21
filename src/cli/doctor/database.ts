import type { Database } from '../../db/database.ts'
import { knownMigrations } from '../../db/migrate.ts'
import { bad, type Finding, good, warning } from '../../lib/finding.ts'
import { doneMigrations, type ServerFacts } from './store.ts'

/** Why the database does not answer, by the code of the error: its words may repeat a password. */
export function unreachableFinding(error: unknown): Finding {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'нет ответа'
  const [detail, remedy] = connectionFaults[code] ?? [
    `не отвечает: ${code}`,
    'Проверьте DATABASE_URL, сеть и журнал Postgres (docker compose logs postgres).',
  ]
  return bad('База данных', detail, remedy)
}

const wrongLogin: [string, string] = [
  'Postgres не принимает имя или пароль',
  'Проверьте пароль в DATABASE_URL. В Compose пароль действует с первого запуска: верните прежний DATABASE_PASSWORD или смените его в базе.',
]

const connectionFaults: Record<string, [detail: string, remedy: string]> = {
  ECONNREFUSED: [
    'по этому адресу никто не слушает',
    'Запустите Postgres (docker compose up -d postgres) или поправьте адрес и порт в DATABASE_URL.',
  ],
  ENOTFOUND: ['имя сервера не находится', 'Поправьте имя сервера в DATABASE_URL или настройку DNS.'],
  ETIMEDOUT: ['сервер не отвечает', 'Проверьте сеть и файрвол между службой и Postgres.'],
  '28P01': wrongLogin,
  '28000': wrongLogin,
  '3D000': ['такой базы на сервере нет', 'Создайте базу (createdb) или поправьте её имя в DATABASE_URL.'],
  '53300': [
    'у сервера кончились соединения',
    'Поднимите max_connections или уменьшите число процессов; лишние соединения видно в pg_stat_activity.',
  ],
  '57P03': ['сервер ещё запускается', 'Подождите минуту и повторите.'],
}

export function serverFindings(facts: ServerFacts): Finding[] {
  const what = 'База данных'
  const { version, major, isReadOnly, isSuperuser, megabytes, connections, maxConnections } = facts
  const findings: Finding[] = []
  if (major < 15)
    findings.push(bad(what, `Postgres ${version}`, 'Нужен Postgres 15 или новее: перенесите базу копией.'))
  else if (isReadOnly)
    findings.push(
      bad(what, 'сервер только читает', 'Это реплика или кончилось место: направьте DATABASE_URL на основной сервер.'),
    )
  else
    findings.push(
      good(what, `Postgres ${version}, база ${megabytes} МБ, соединений ${connections} из ${maxConnections}`),
    )
  if (connections > maxConnections * 0.9)
    findings.push(
      warning(
        'Соединения с базой',
        `занято ${connections} из ${maxConnections}`,
        'Поднимите max_connections: когда они кончатся, события будут получать ответ 503.',
      ),
    )
  if (isSuperuser)
    findings.push(
      warning(
        'Права в базе',
        'служба входит суперпользователем',
        'Заведите отдельную роль (deploy/postgres/role.sh) и впишите её в DATABASE_URL.',
      ),
    )
  return findings
}

export async function migrationsFinding(db: Database): Promise<Finding> {
  const what = 'Схема базы'
  const [known, done] = await Promise.all([knownMigrations(), doneMigrations(db)])
  if (done === undefined)
    return bad(what, 'таблиц ещё нет', 'Запустите службу или команду migrate: они создадут таблицы.')
  const newer = done.filter((each) => !known.includes(each))
  if (newer.length > 0)
    return bad(
      what,
      `база новее программы: ${newer.join(', ')}`,
      'Запущена прежняя версия: верните код той версии, что обновила базу, или восстановите копию, снятую до обновления.',
    )
  const pending = known.filter((each) => !done.includes(each))
  if (pending.length > 0)
    return bad(what, `не выполнены: ${pending.join(', ')}`, 'Перезапустите службу или выполните команду migrate.')
  return good(what, `выполнены все ${done.length} миграций`)
}
