import type { Config } from '../../config.ts'
import { openDatabase } from '../../db/database.ts'
import { bad, type Finding, good, warning } from '../../lib/finding.ts'
import { messengers } from '../../messengers.ts'
import { withDatabaseUrl } from '../database.ts'
import { masterKeys } from '../keys.ts'
import { addressFindings } from './address.ts'
import { clockFinding, outerClock } from './clock.ts'
import { migrationsFinding, serverFindings, unreachableFinding } from './database.ts'
import { diskFinding } from './disk.ts'
import { keysFinding } from './keys.ts'
import { queueFinding } from './queue.ts'
import { serverFacts } from './store.ts'

/** For one question to a neighbour; the messengers have their own deadlines. */
const deadlineMs = 8_000
/** For one part, whatever hangs in it. */
const longestMs = 30_000

/** Looks at everything that the service of these settings needs, without changing any of it. Never throws for what it finds. */
export async function examine(config: Config): Promise<Finding[]> {
  const parts = await Promise.all([
    surely('База данных', () => examineDatabase(config)),
    surely('Очередь', async () => [await queueFinding(config.REDIS_URL, deadlineMs)]),
    surely('Место на диске', async () => [
      await diskFinding(config.DATABASE_URL === undefined ? config.DATA_DIR : '/'),
    ]),
    surely('Часы', () => examineOuterClock(config)),
    surely('Адрес снаружи', () => addressFindings(config.PUBLIC_URL, deadlineMs)),
    surely('Мессенджеры', () => examineMessengers(config)),
    surely('Режим', async () => [modeFinding(config)]),
  ])
  return parts.flat()
}

/** A check that breaks is a finding too: it must not hide the others. */
async function surely(what: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await Promise.race([look(), tooLong(what)])
  } catch (error) {
    const code = error instanceof Error ? ('code' in error ? String(error.code) : error.name) : 'ошибка'
    return [
      bad(what, `проверить не удалось: ${code}`, 'Повторите; если не проходит, сообщите разработчику эту строку.'),
    ]
  }
}

function tooLong(what: string): Promise<Finding[]> {
  const finding = bad(what, `нет ответа за ${longestMs / 1000} с`, 'Проверьте сеть и нагрузку сервера и повторите.')
  return new Promise((resolve) => setTimeout(() => resolve([finding]), longestMs).unref())
}

async function examineDatabase(config: Config): Promise<Finding[]> {
  try {
    return await withDatabaseUrl(config, async (url) => {
      const db = openDatabase({ url, max: 2 })
      try {
        const facts = await serverFacts(db)
        const schema = await migrationsFinding(db)
        const keys = await surely('Ключи шифрования', async () => [await keysFinding(db, await masterKeys(config))])
        const clock = clockFinding('Часы против базы', Date.now() - facts.now.getTime())
        return [...serverFindings(facts), schema, ...(schema.state === 'ok' ? keys : []), clock]
      } finally {
        await db.close()
      }
    })
  } catch (error) {
    return [unreachableFinding(error)]
  }
}

async function examineOuterClock(config: Config): Promise<Finding[]> {
  const roots = Object.values(messengers).map((each) => each.apiRoot(config))
  const isOn = Object.values(messengers).map((each) => each.isOn(config))
  const found = await outerClock(
    roots.filter((_, index) => isOn[index]),
    deadlineMs,
  )
  return found === undefined ? [] : [found]
}

async function examineMessengers(config: Config): Promise<Finding[]> {
  const base = config.PUBLIC_URL?.replace(/\/$/, '')
  const channels = Object.values(messengers).flatMap((each) => each.open(config) ?? [])
  if (channels.length === 0)
    return [
      bad(
        'Мессенджеры',
        'не включён ни один: сообщения никому не уйдут',
        'Задайте токен хотя бы одного: MAX_TOKEN, VK_TOKEN или TELEGRAM_BOT_TOKEN.',
      ),
    ]
  const found = await Promise.all(
    channels.map((channel) =>
      surely(`Мессенджер ${channel.name}`, () =>
        channel.inspect(channel.door && base !== undefined ? `${base}/channels/${channel.name}` : undefined),
      ),
    ),
  )
  await Promise.all(channels.map((channel) => channel.close()))
  return found.flat()
}

function modeFinding({ SEND_MODE }: Config): Finding {
  if (SEND_MODE === 'live') return good('Режим', 'сообщения уходят клиентам')
  const who = SEND_MODE === 'team' ? 'только контактам с отметкой «команда»' : 'никому'
  return warning(
    'Режим',
    `SEND_MODE=${SEND_MODE}: сообщения уходят ${who}`,
    'Когда проверка закончена: SEND_MODE=live.',
  )
}
