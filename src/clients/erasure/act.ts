import type { ClientId, Id } from '../../lib/ids.ts'
import { erasingSteps } from './store.ts'

/** Why data is destroyed (152-ФЗ); a free text could name the person. */
export const grounds = {
  demand: 'требование субъекта прекратить обработку (152-ФЗ, ст. 21, ч. 5.1)',
  withdrawal: 'отзыв согласия (152-ФЗ, ст. 21, ч. 5)',
  purpose_reached: 'цель обработки достигнута (152-ФЗ, ст. 21, ч. 4)',
  unlawful: 'неправомерная обработка (152-ФЗ, ст. 21, ч. 3)',
} as const
export type Ground = keyof typeof grounds

/** Guarantee: the table is a constant of this file and has no other keys. */
export const groundNames = Object.keys(grounds) as [Ground, ...Ground[]]

/** What is kept of one erasure. Nothing personal but the ids. */
export type Act = {
  id: Id<'erasure'>
  clientId: ClientId
  externalId: string | null
  /** The other ids he had, from records that were merged into his. */
  aliases: readonly string[]
  at: Date
  by: string
  ground: string
  counts: Record<string, number>
}

/** Tables without personal data, and those where only what proves or counts something stays. */
export const keptTables: Readonly<Record<string, string>> = {
  ratings: 'оценки выплат: число без слов',
  erasure_requests: 'просьбы об удалении: кто, когда и когда исполнено, только идентификаторы',
  queue_pauses: 'остановленные очереди',
  audit: 'журнал действий: кто, что и когда сделал, идентификатор вместо имени',
  fact_days: 'дни, за которые посчитаны отчёты',
  daily_facts: 'числа отчётов по дням',
  daily_times: 'числа отчётов по дням',
  daily_counts: 'числа отчётов по дням',
  daily_clients: 'посещения и сообщения по дням: идентификатор и количества',
  bot_answers: 'сколько раз бот ответил сам: ни о ком',
  digests: 'кому из своих идёт сводка дня; закрыто ключом сервиса',
  digest_days: 'за какие дни сводка ушла',
  journal_blocks: 'цепочка журнала: отпечатки без содержания',
  journal_anchors: 'цепочка журнала: отпечатки дней',
  client_imports: 'сумма файла и счётчики строк, ничего личного',
  notifications: 'кому и о каком событии сообщено: только идентификаторы',
  attempts: 'журнал попыток: время, итог и код мессенджера',
  receipts: 'журнал квитанций: время и состояние',
  erasures: 'акты уничтожения: идентификаторы, время, основание и количества',
  looks: 'журнал доступа: кто и когда смотрел, идентификатор вместо имени',
  wordings: 'тексты согласий, одинаковые для всех',
  retention_runs: 'журнал очистки по срокам: количества',
  branches: 'площадки компании',
  template_versions: 'шаблоны сообщений',
  source_profiles: 'настройки источников',
  infobases: 'базы учётной системы',
  keys: 'ключи доступа, только отпечатки',
  webhook_endpoints: 'адреса исходящих вебхуков',
  alert_chats: 'чаты администраторов',
  alerts: 'остановки каналов',
  channel_limits: 'лимиты ботов',
  users: 'операторы',
  sessions: 'сеансы операторов',
  secrets: 'ключи самого сервиса, закрытые главным ключом',
  settings: 'настройки сервиса',
  change_clock: 'счётчик изменений',
  migrations: 'версии схемы базы',
}

/** The extract for the act of destruction (приказ РКН № 179): what, how, when, by whom, on what ground. */
export function extractOf(act: Act) {
  return {
    id: act.id,
    client: {
      id: act.clientId,
      ...(act.externalId === null ? {} : { externalId: act.externalId }),
      ...(act.aliases.length === 0 ? {} : { aliases: [...act.aliases] }),
    },
    erasedAt: act.at.toISOString(),
    by: act.by,
    ground: act.ground,
    groundText: groundText(act.ground),
    system: 'Вестник: сервис уведомлений о приёме лома и выплатах',
    method:
      'Уничтожен ключ шифрования клиента (AES-256-GCM); записи с его данными очищены или удалены. Прочитать их больше нельзя.',
    destroyed: erasingSteps.map(({ table, what }) => ({ table, what, rows: act.counts[table] ?? 0 })),
    kept: [
      'число, время и состояние сообщений, без текста',
      'факты согласий и отзывов: цель, время, действие',
      'журнал доступа и этот акт',
      'идентификаторы документов и клиента в учётной системе',
    ],
  }
}

function groundText(ground: string): string {
  const known = groundNames.find((each) => each === ground)
  return known === undefined ? ground : grounds[known]
}
