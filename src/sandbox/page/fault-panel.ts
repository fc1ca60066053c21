import type { CarryingFault } from '../carrying.ts'
import type { Armed } from '../fault-queue.ts'
import type { FaultOffer, FaultPanel } from './source.ts'

type Text = { title: string; hint: string; takesSeconds?: boolean }

const texts = {
  limit: {
    title: 'Лимит запросов',
    hint: 'Отказ с кодом 429 и просьбой подождать указанное время.',
    takesSeconds: true,
  },
  flood: { title: 'Слишком много однотипных сообщений', hint: 'Ошибка 9, Flood control: время ожидания не названо.' },
  pairLimit: { title: 'Лимит на одного клиента', hint: 'Ошибка 131056: слишком много сообщений на один номер.' },
  blocked: { title: 'Клиент заблокировал бота', hint: 'Отказ, как если бы клиент запретил ему писать.' },
  slow: { title: 'Медленный ответ', hint: 'Сообщение дойдёт, ответ придёт через указанное время.', takesSeconds: true },
  lostAnswer: { title: 'Потерянный ответ', hint: 'Сообщение дойдёт, но соединение оборвётся без ответа.' },
  dropped: { title: 'Обрыв соединения', hint: 'Соединение оборвётся раньше, чем сообщение дойдёт.' },
  hang: { title: 'Молчание', hint: 'Запрос будет принят и навсегда останется без ответа.' },
  garbage: { title: 'Ответ не в JSON', hint: 'Сообщение дойдёт, а вместо ответа придёт страница HTML.' },
  broken: { title: 'Ошибка сервера', hint: 'Сервер мессенджера отвечает, что у него неполадки.' },
  expiredToken: { title: 'Истёк ключ доступа', hint: 'Отказ: ключ бота больше не действует.' },
  wrongTemplate: {
    title: 'Нет такого шаблона',
    hint: 'Отказ на следующее сообщение по шаблону: ошибка 132001. Свободный текст проходит.',
  },
  duplicate: { title: 'Повтор вызова', hint: 'Следующие вызовы нашего адреса придут по два раза.' },
  reorder: {
    title: 'Вызовы не по порядку',
    hint: 'Следующие вызовы (не меньше двух) придержатся и придут от последнего к первому.',
  },
} satisfies Record<string, Text>

/** Those that every emulator has in the same form. */
export const usualFaults = {
  limit: (seconds: number) => ({ kind: 'limit' as const, retryAfterS: seconds }),
  slow: (seconds: number) => ({ kind: 'slow' as const, ms: seconds * 1000 }),
  lostAnswer: () => ({ kind: 'lostAnswer' as const }),
  dropped: () => ({ kind: 'dropped' as const }),
  hang: () => ({ kind: 'hang' as const }),
  garbage: () => ({ kind: 'garbage' as const, status: 200 }),
}

type FaultName = keyof typeof texts
/** Of these there is nobody to aim at: they strike what comes to us. */
const carried: readonly CarryingFault['kind'][] = ['duplicate', 'reorder']

/** The faults of one emulator, in its own words. */
export type FaultKit<Fault extends { kind: string }, Aim> = {
  faults: {
    add(fault: Fault | CarryingFault, aim?: Aim): void
    list(): readonly Armed<Fault | CarryingFault, Aim>[]
    clear(): void
  }
  /** Those of calls, as the page offers them; `seconds` only matters where the text says so. */
  made: Partial<Record<FaultName, (seconds: number) => Fault>>
  aimAt(name: string, chatId: string | undefined, times: number): Aim
  chatOf(aim: Aim): string | undefined
  /** Whether our address is called at all, not asked by polling. */
  isCarried(): boolean
}

export function createFaultPanel<Fault extends { kind: string }, Aim>(kit: FaultKit<Fault, Aim>): FaultPanel {
  const isOffered = (name: FaultName) => kit.made[name] !== undefined || (isCarriedFault(name) && kit.isCarried())
  const offers = () => namesOf().filter(isOffered).map(offerOf)
  return {
    offers,
    arm({ name, times, seconds, chatId }) {
      const known = namesOf().find((each) => each === name)
      if (known === undefined || !isOffered(known)) return { complaint: 'Такого сбоя у этого мессенджера нет.' }
      if (isCarriedFault(known)) kit.faults.add({ kind: known }, kit.aimAt(known, undefined, times))
      else {
        const fault = kit.made[known]?.(seconds)
        if (fault) kit.faults.add(fault, kit.aimAt(known, chatId, times))
      }
      return undefined
    },
    armed: () =>
      kit.faults.list().map(({ fault, aim, left }) => ({ title: titleOf(kit, fault), left, chatId: kit.chatOf(aim) })),
    clear: () => kit.faults.clear(),
  }
}

function namesOf(): FaultName[] {
  return Object.keys(texts).filter((name): name is FaultName => Object.hasOwn(texts, name))
}

function isCarriedFault(name: string): name is CarryingFault['kind'] {
  return carried.some((each) => each === name)
}

function offerOf(name: FaultName): FaultOffer {
  const { title, hint, takesSeconds = false }: Text = texts[name]
  return { name, title, hint, takesSeconds, isAimed: !isCarriedFault(name) }
}

/** Faults come by the control addresses as well; one that the page has no name for is called by its kind. */
function titleOf<Fault extends { kind: string }, Aim>({ made }: FaultKit<Fault, Aim>, fault: Fault | CarryingFault) {
  const found = namesOf().find((name) => {
    const own = isCarriedFault(name) ? { kind: name } : made[name]?.(1)
    return own !== undefined && signOf(own) === signOf(fault)
  })
  return found === undefined ? fault.kind : texts[found].title
}

/** What makes two faults the same: their times and wordings do not. */
function signOf(fault: object): string {
  return JSON.stringify(['kind', 'code', 'status'].map((key) => Reflect.get(fault, key) ?? ''))
}
