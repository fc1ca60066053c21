/** The commonest questions in a client's own words. Simple rules: whoever is not understood gets the menu. Pure. */

type Rule = {
  command: string
  /** Each group must be there: a word that begins with one of its stems. */
  all: readonly (readonly string[])[]
}

const money = [
  'деньг',
  'денег',
  'денюж',
  'денеж',
  'выплат',
  'оплат',
  'перевод',
  'зачисл',
  'поступлен',
  'заплат',
  'средств',
]

/** Asked from the first to the last. */
const rules: readonly Rule[] = [
  {
    command: 'forget',
    all: [
      ['удал', 'сотри', 'стереть'],
      ['данн', 'меня', 'персональн'],
    ],
  },
  {
    command: 'data',
    all: [
      ['мои', 'моих', 'какие', 'покаж'],
      ['данные', 'данных'],
    ],
  },
  {
    command: 'why',
    all: [
      ['почему', 'отчего', 'зачем'],
      ['меньше', 'больше', 'мало', 'сумм', 'друг', 'отлич', 'недоплат', 'удерж', 'стольк'],
    ],
  },
  { command: 'why', all: [['недоплат', 'обману', 'обсчит']] },
  { command: 'why', all: [['не'], ['сходит', 'совпад'], ['сумм', 'деньг', 'выплат']] },
  { command: 'plan', all: [['рассроч', 'график']] },
  {
    command: 'plan',
    all: [
      ['сколько', 'скок'],
      ['остал', 'остат'],
    ],
  },
  {
    command: 'plan',
    all: [
      ['следующ', 'очередн'],
      ['выплат', 'платеж', 'част', 'этап'],
    ],
  },
  {
    command: 'op',
    all: [
      ['принял', 'принят', 'прием', 'взвес', 'взвеш'],
      ['лом', 'метал', 'груз', 'сдал', 'мой', 'мою', 'ли'],
    ],
  },
  { command: 'op', all: [['засор', 'нетто', 'брутто', 'взвешив']] },
  { command: 'history', all: [['истори']] },
  {
    command: 'history',
    all: [
      ['прошл', 'предыдущ', 'прежн', 'все', 'последн'],
      ['выплат', 'операц', 'сдач', 'прием'],
    ],
  },
  { command: 'set', all: [['настро']] },
  { command: 'ask', all: [['вопрос', 'оператор', 'менеджер', 'сотрудник', 'позвон', 'перезвон']] },
  { command: 'ask', all: [['живой', 'живым'], ['человек']] },
  {
    command: 'money',
    all: [
      [
        'когда',
        'где',
        'скоро',
        'долго',
        'ждать',
        'пришл',
        'придут',
        'придет',
        'прийд',
        'будет',
        'будут',
        'поступ',
        'нет',
        'статус',
        'жду',
        'как',
      ],
      money,
    ],
  },
]

/** What one or two words alone mean. */
const short = new Map(
  Object.entries({
    деньги: 'money',
    выплата: 'money',
    'мои деньги': 'money',
    'моя выплата': 'money',
    меню: 'menu',
    помощь: 'menu',
    '/menu': 'menu',
    '/help': 'menu',
  }),
)

const longestQuestion = 160

/** The command that these words ask for; undefined when nobody can tell. */
export function understood(text: string): string | undefined {
  if (text.length > longestQuestion) return undefined
  const words = wordsOf(text)
  const alone = short.get(words.join(' ')) ?? short.get(text.trim().toLowerCase())
  if (alone !== undefined) return alone
  return rules.find(({ all }) => all.every((stems) => stems.some((stem) => words.some((word) => isMeant(word, stem)))))
    ?.command
}

/** Lower case, «е» for «ё», letters and figures only; what is said thrice is said once. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/(\p{L})\1{2,}/gu, '$1')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** Short stems must be there as they are; in a longer one a letter may be missing, wrong, too many, or two be changed about. */
function isMeant(word: string, stem: string): boolean {
  if (stem.length <= 3) return stem.length <= 2 ? word === stem : word.startsWith(stem)
  if (word.startsWith(stem)) return true
  if (stem.length < 5 || word.length < stem.length - 1) return false
  return [-1, 0, 1].some((more) => isOneSlip(word.slice(0, stem.length + more), stem))
}

function isOneSlip(a: string, b: string): boolean {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  const [restA, restB] = [a.slice(start), b.slice(start)]
  if (restA.slice(1) === restB.slice(1)) return true
  if (restA.slice(1) === restB || restA === restB.slice(1)) return true
  return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2)
}
