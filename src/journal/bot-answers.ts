import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'
import type { ChannelName } from '../lib/channel-name.ts'

/**
 * What people ask the bot, and whether its answer is all of it: `spares` a call. A question that the bot hands on, to a
 * phone or to an operator, spares nobody anything.
 */
export const answerKinds = {
  money: { title: 'Где мои деньги?', spares: true },
  history: { title: 'История', spares: true },
  op: { title: 'Одна сделка подробно', spares: true },
  why: { title: 'Почему сумма отличается?', spares: true },
  plan: { title: 'График выплат', spares: true },
  data: { title: 'Мои данные', spares: true },
  set: { title: 'Настройки', spares: true },
  forget: { title: 'Удалить мои данные', spares: false },
  ask: { title: 'Вопрос сотруднику площадки', spares: false },
  question: { title: 'Вопрос по выплате, передан площадке', spares: false },
  rate: { title: 'Оценка', spares: false },
} as const satisfies Record<string, { title: string; spares: boolean }>

export type AnswerKind = keyof typeof answerKinds

/** Of a command of the bot; a test walks them. */
export function answerKindOf(command: string): AnswerKind | undefined {
  return Object.keys(answerKinds).find((kind): kind is AnswerKind => kind === command)
}

/** Counts one answer that the bot gave by itself. Nobody is named. */
export async function noteBotAnswer(
  db: Queryable,
  { channel, branch, kind }: { channel: ChannelName; branch: string | null; kind: AnswerKind },
): Promise<void> {
  await db.run(sql`insert into bot_answers (channel, branch_code, kind) values (${channel}, ${branch}, ${kind})`)
}
