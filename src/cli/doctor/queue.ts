import { bad, type Finding, good, warning } from '../../lib/finding.ts'
import { inspectRedis, type RedisFacts } from '../../queue/inspect.ts'

export async function queueFinding(redisUrl: string | undefined, deadlineMs: number): Promise<Finding> {
  if (redisUrl === undefined) return good('Очередь', 'в Postgres')
  return judgeRedis(await inspectRedis(redisUrl, deadlineMs))
}

export function judgeRedis(facts: RedisFacts): Finding {
  const what = 'Очередь (Redis)'
  if (!facts.ok)
    return bad(
      what,
      /^(WRONGPASS|NOAUTH)/.test(facts.code) ? 'Redis не принимает пароль' : `Redis не отвечает: ${facts.code}`,
      'Проверьте REDIS_URL и REDIS_PASSWORD, затем docker compose up -d redis. События тем временем сохраняются и уйдут позже.',
    )
  if (facts.evicts !== undefined && facts.evicts !== 'noeviction')
    return bad(
      what,
      `Redis ${facts.version} выбрасывает записи, когда полон (maxmemory-policy ${facts.evicts})`,
      'Задайте maxmemory-policy noeviction: BullMQ не терпит пропажи своих записей.',
    )
  if (facts.usedShare !== undefined && facts.usedShare > 0.8)
    return warning(
      what,
      `занято ${Math.round(facts.usedShare * 100)} % памяти`,
      'Поднимите maxmemory в docker-compose.yml.',
    )
  return good(what, `Redis ${facts.version}${facts.keepsOnDisk ? ', пишет на диск' : ''}`)
}
