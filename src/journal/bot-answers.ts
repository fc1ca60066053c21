import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'
import type { ChannelName } from '../lib/channel-name.ts'

/**
 * What people ask the bot, and whether its answer is all of it: `spares` a call. A question that the bot hands on, to a
 * phone or to an operator, spares nobody anything.
 */
export const answerKinds = {
  payout: { title: 'Где моя выплата', spares: true },
  history: { title: 'Мои операции', spares: true },
  document: { title: 'Документ по операции', spares: true },
  price: { title: 'Цены на лом', spares: true },
  branch: { title: 'Адрес и часы работы', spares: true },
  bonus: { title: 'Бонусы', spares: true },
  question: { title: 'Вопрос по выплате, передан площадке', spares: false },
  help: { title: 'Подсказка, что умеет бот', spares: false },
} as const satisfies Record<string, { title: string; spares: boolean }>

export type AnswerKind = keyof typeof answerKinds

/** Counts one answer that the bot gave by itself. Nobody is named. */
export async function noteBotAnswer(
  db: Queryable,
  { channel, branch, kind }: { channel: ChannelName; branch: string | null; kind: AnswerKind },
): Promise<void> {
  await db.run(sql`insert into bot_answers (channel, branch_code, kind) values (${channel}, ${branch}, ${kind})`)
}
