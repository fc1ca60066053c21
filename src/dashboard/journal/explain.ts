import { reasonSchema } from '../../deliveries/delivery.ts'
import { heldOutTexts, reasonTexts } from '../../deliveries/reasons.ts'
import { type Clock, momentText } from '../frame/moments.ts'
import type { Line } from './store.ts'

export type Explanation = { cause: string; advice: string }

type Explained = Pick<Line, 'state' | 'reason' | 'decidedAt' | 'nextAttemptAt'> & { isPaused?: boolean }

/** One cause and one advice for whatever has not arrived, or not yet; undefined when there is nothing to explain. */
export function explain(line: Explained, clock: Clock): Explanation | undefined {
  if (line.isPaused && ['queued', 'waiting', 'unknown'].includes(line.state)) return paused
  switch (line.state) {
    case 'failed':
    case 'skipped':
      if (line.state === 'skipped' && line.reason === null) return heldOutTexts
      return reasonOf(line) ?? { cause: 'Причина не записана.', advice: 'Посмотрите попытки и сообщите разработчику.' }
    case 'unknown':
      return line.decidedAt === null ? repeatComing : mayHaveArrived
    case 'waiting':
      return reasonOf(line) ?? waitOf(line, clock)
    default:
      return undefined
  }
}

function reasonOf({ reason }: Explained): Explanation | undefined {
  const known = reasonSchema.safeParse(reason)
  return known.success ? reasonTexts[known.data] : undefined
}

const paused: Explanation = {
  cause: 'Отправка остановлена администратором: сообщение ждёт.',
  advice: 'Когда очередь пустят, оно уйдёт само. Деньги за это время не устареют.',
}

const repeatComing: Explanation = {
  cause: 'Ответ мессенджера потерян: сообщение могло дойти, а могло и нет.',
  advice: 'Подождите: скоро сервис повторит его сам, со словами «Повторное сообщение».',
}

const mayHaveArrived: Explanation = {
  cause: 'Ответ мессенджера потерян: сообщение могло дойти, а могло и нет.',
  advice: 'Спросите клиента, пришло ли оно. Сам сервис больше не повторит, чтобы повтор не приняли за вторую выплату.',
}

function waitOf({ nextAttemptAt }: Explained, clock: Clock): Explanation {
  if (nextAttemptAt !== null && nextAttemptAt > clock.now) {
    return {
      cause: `Время ещё не пришло: уйдёт ${momentText(nextAttemptAt, clock)}.`,
      advice: 'Ничего делать не нужно.',
    }
  }
  return {
    cause: 'Сначала должно уйти более раннее сообщение этого клиента.',
    advice: 'Посмотрите, что держит более раннее сообщение: после него это уйдёт само.',
  }
}
