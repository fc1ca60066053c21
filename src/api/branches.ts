import { z } from 'zod'
import { answerWords } from '../channels/message.ts'
import { type BranchRules, quietRulesSchema, remindersSchema, unreadMinutesSchema } from '../events/branch-rules.ts'
import { listBranchRules, saveBranchRules } from '../events/store/branch-rules.ts'
import { type BranchBrand, branchByCode, type KnownBranch, listBranches, saveBranch } from '../events/store/branches.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { zoneOf } from '../lib/moment.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { branchShape } from './shapes.ts'

const codeInput = z.object({
  code: z.string().trim().min(1).max(50).describe('Код площадки, как его передаёт источник'),
})

/** Telegram refuses a whole message for a button with an address without a dot in its host. */
const address = z
  .url({ protocol: /^https?$/, hostname: /\./ })
  .max(500)
  .nullish()

const brandingInput = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .nullish()
      .describe('Имя, которым площадка называет себя; нет — COMPANY_NAME'),
    site: address.describe('Сайт, http:// или https://, кнопка «Наш сайт»; нет — COMPANY_SITE'),
    feedbackUrl: address.describe('Форма отзыва, кнопка «Оставить отзыв»; нет — FEEDBACK_URL'),
    logoUrl: address.describe('Логотип, картинка по открытому адресу; нет — LOGO_URL'),
    phone: z
      .string()
      .trim()
      .regex(/^\+?[\d() -]{5,30}$/, 'ожидаются цифры, пробелы, скобки и дефисы')
      .nullish()
      .describe('Телефон площадки: его называет ответ на «Вопрос по выплате»'),
    signature: z.string().trim().min(1).max(300).nullish().describe('Подпись под текстом вместо имени'),
    greeting: z
      .boolean()
      .nullish()
      .describe('true — начинать с приветствия по времени суток: «Доброе утро, Иван Петрович!»'),
    buttons: z
      .array(z.enum(answerWords))
      .max(answerWords.length)
      .refine((words) => new Set(words).size === words.length, 'кнопка названа дважды')
      .nullish()
      .describe('Кнопки под сообщениями о деньгах: ok — «Понятно», question — «Вопрос по выплате»'),
  })
  .describe('Как площадка представляется в сообщениях; чего здесь нет, то общее, из настроек компании')

const branchInput = z.strictObject({
  name: z.string().trim().min(1).max(200).nullish().describe('Нет — берётся из событий'),
  timezone: z
    .string()
    .trim()
    .min(1)
    .max(60)
    .nullish()
    .describe('Часовой пояс: «Asia/Yekaterinburg» или «МСК+2»; нет — берётся из событий'),
  branding: brandingInput.nullish(),
  quietHours: quietRulesSchema
    .nullish()
    .describe(
      'Тихие часы по часам площадки: с from до to сообщения ждут утра (from равно to — тихих часов нет). money: «wait» — ждут и ' +
        'деньги; promo — свои часы для рекламы. Нет поля — остаётся как было, null — как у всех (21–9, деньги уходят сразу)',
    ),
  alsoIfUnreadMinutes: unreadMinutesSchema
    .nullish()
    .describe(
      'Не прочитано столько минут — то же сообщение уходит и следующим каналом клиента, с пометкой «Дублируем». Только для ' +
        'ВКонтакте и WhatsApp: другие о прочтении не сообщают. Нет поля — остаётся как было, null — не дублировать',
    ),
  reminders: remindersSchema
    .nullish()
    .describe(
      'Напоминания о платеже рассрочки: за daysBefore дней в hour часов, или «off». Уже назначенные остаются на своё время. Нет ' +
        'поля — остаётся как было, null — как у всех (за день, в 10 часов)',
    ),
})

/** Branches: their names, the zone in which their dates without one are read, and how they present themselves. */
export function branchRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/branches',
      scope: 'sources:read',
      summary: 'Площадки: имена, часовые пояса, оформление сообщений',
      answer: z.object({ branches: z.array(branchShape) }),
      handle: async ({ key }) => {
        const [all, rules] = await Promise.all([listBranches(needs.db), listBranchRules(needs.db)])
        const rulesOf = new Map(rules.map((each) => [each.code, each]))
        return {
          branches: all
            .filter(({ code }) => key.branchCode === null || key.branchCode === code)
            .map((each) => branchView(each, rulesOf.get(each.code))),
        }
      },
    }),
    route({
      method: 'GET',
      path: '/branches/:code',
      scope: 'sources:read',
      summary: 'Площадка: имя, часовой пояс, оформление сообщений',
      params: codeInput,
      answer: branchShape,
      errors: ['not_found'],
      handle: async ({ params: { code }, key }) => {
        if (key.branchCode !== code) refuseBranchKey(key, 'площадка другая')
        const [branch, rules] = await Promise.all([branchByCode(needs.db, code), listBranchRules(needs.db)])
        if (branch)
          return branchView(
            branch,
            rules.find((each) => each.code === code),
          )
        throw new RequestError('not_found', 'Такой площадки нет. Известные площадки: GET /api/v1/branches.')
      },
    }),
    route({
      method: 'PUT',
      path: '/branches/:code',
      scope: 'sources:write',
      audit: { act: 'branch.change' },
      summary: 'Задать имя, часовой пояс, оформление, тихие часы и напоминания площадки',
      description:
        'В этом поясе читаются даты без пояса, считаются тихие часы и показывается время, если событие не называет своего. ' +
        'Заданное здесь важнее того, что передают события. Все процессы узнают за несколько секунд. Запись заменяется целиком: ' +
        'чего нет в теле, то снова берётся из событий, а оформление (branding) — из настроек компании.',
      params: codeInput,
      body: branchInput,
      bodyExample: {
        name: 'Екатеринбург, Титова',
        timezone: 'Asia/Yekaterinburg',
        branding: {
          site: 'https://ekb.example.ru',
          phone: '+7 343 123-45-67',
          greeting: true,
          buttons: ['ok', 'question'],
        },
        quietHours: { from: 22, to: 8, money: 'wait', promo: { from: 20, to: 10 } },
        reminders: { daysBefore: 2, hour: 11 },
      },
      answer: branchShape,
      handle: async ({ params: { code }, body, key }) => {
        if (key.branchCode !== code) refuseBranchKey(key, 'площадка другая')
        const { name = null, timezone, branding, quietHours, reminders, alsoIfUnreadMinutes } = body
        const branch = { code, name, timezone: zoneIn(timezone), brand: brandIn(branding ?? {}) }
        const { saved, rules } = await needs.db.transaction(async (db) => ({
          saved: await saveBranch(db, branch, key.id),
          rules: await saveBranchRules(db, code, { quietHours, reminders, alsoIfUnreadMinutes }),
        }))
        needs.branchZones.forget()
        needs.branchBrands.forget()
        return branchView(saved, rules)
      },
    }),
  ]
}

function zoneIn(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null
  const zone = zoneOf(text)
  if (zone !== undefined) return zone
  throw new RequestError(
    'field_invalid',
    'Поле «timezone»: часовой пояс не опознан. Ожидается, например, «Asia/Yekaterinburg» или «МСК+2».',
  )
}

function brandIn(branding: z.output<typeof brandingInput>): BranchBrand {
  return {
    name: branding.name ?? null,
    site: branding.site ?? null,
    feedbackUrl: branding.feedbackUrl ?? null,
    logoUrl: branding.logoUrl ?? null,
    phone: branding.phone ?? null,
    signature: branding.signature ?? null,
    greeting: branding.greeting ?? null,
    buttons: branding.buttons ?? null,
  }
}

function branchView(branch: KnownBranch, rules: BranchRules | undefined) {
  const branding = compact(branch.brand)
  return compact({
    code: branch.code,
    name: branch.name,
    timezone: branch.timezone,
    branding: Object.keys(branding).length === 0 ? undefined : branding,
    quietHours: rules?.quietHours,
    reminders: rules?.reminders,
    alsoIfUnreadMinutes: rules?.alsoIfUnreadMinutes,
    updatedAt: branch.updatedAt.toISOString(),
    updatedBy: branch.updatedBy,
  })
}
