import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answerWords } from '../../channels/message.ts'
import { RequestError } from '../../lib/errors.ts'
import { operatorOf } from '../access/rights.ts'
import type { Desk } from '../desk.ts'
import { checkboxes, orProblem, type Posted, postedIn, problemNotice, selectField, textField } from '../frame/forms.ts'
import { type Html, html } from '../frame/html.ts'
import { csrfField } from '../frame/page.ts'
import { emptyState } from '../frame/pieces.ts'
import { sendSettings } from './frame.ts'

const hours = z.object({ from: z.number(), to: z.number() })
const branchShape = z.object({
  code: z.string(),
  name: z.string().optional(),
  timezone: z.string().optional(),
  branding: z
    .object({
      name: z.string().optional(),
      site: z.string().optional(),
      feedbackUrl: z.string().optional(),
      logoUrl: z.string().optional(),
      phone: z.string().optional(),
      signature: z.string().optional(),
      greeting: z.boolean().optional(),
      buttons: z.array(z.string()).optional(),
    })
    .optional(),
  quietHours: hours.extend({ money: z.string().optional(), promo: hours.optional() }).optional(),
  reminders: z.union([z.literal('off'), z.object({ daysBefore: z.number(), hour: z.number() })]).optional(),
  alsoIfUnreadMinutes: z.number().optional(),
})
type Branch = z.output<typeof branchShape>

const idInput = z.object({ code: z.string().max(200) })

/** Branches: names, zones, how their messages look, their quiet hours and reminders. */
export function branchRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/settings/branches', { config: { right: 'manage', act: 'look.settings' } }, async (request, reply) => {
    const { branches } = z
      .object({ branches: z.array(branchShape) })
      .parse(await desk.ask('GET /branches', {}, operatorOf(request).userName))
    return sendSettings(request, reply, {
      at: '/settings/branches',
      body: html`<p class="lead">Площадка появляется сама, как только её назовёт событие. Чего у неё не задано, то как у всей компании.</p>
${branches.length === 0 ? emptyState('Площадок пока нет', 'Здесь появится каждая площадка из событий.') : html`<ul class="rows">${branches.map(branchItem)}</ul>`}`,
    })
  })
  app.get('/settings/branches/:code', { config: { right: 'manage', act: 'look.settings' } }, async (request, reply) => {
    const { code } = idInput.parse(request.params)
    return show(request, reply, valuesOf(await branchOf(desk, request, code)), undefined)
  })
  const config = { right: 'manage', act: 'branch.change', isNotedBelow: true } as const
  app.post('/settings/branches/:code', { config }, async (request, reply) => {
    const { code } = idInput.parse(request.params)
    const posted = postedIn(request)
    const known = await branchOf(desk, request, code)
    return await orProblem(
      reply,
      async () => {
        await desk.ask(
          'PUT /branches/:code',
          { params: { code }, body: bodyOf(posted, known) },
          operatorOf(request).userName,
        )
        return reply.redirect(`/settings/branches/${encodeURIComponent(code)}?done=saved`, 303)
      },
      async (problem) => show(request, reply, typedIn(code, posted), problem),
    )
  })
}

async function branchOf(desk: Desk, request: FastifyRequest, code: string): Promise<Branch> {
  return branchShape.parse(await desk.ask('GET /branches/:code', { params: { code } }, operatorOf(request).userName))
}

function branchItem({ code, name, timezone, branding }: Branch): Html {
  return html`<li><div><a href="/settings/branches/${encodeURIComponent(code)}"><b>${name ?? code}</b></a>
<small>${[code, timezone, branding === undefined ? undefined : 'своё оформление'].filter(Boolean).join(', ')}</small></div></li>`
}

/** The form as texts: what a branch has, or what somebody typed. */
type Values = { code: string; text: Record<string, string>; buttons: readonly string[] }

const textNames = [
  'name',
  'timezone',
  'brand',
  'site',
  'feedbackUrl',
  'logoUrl',
  'phone',
  'signature',
  'greeting',
  'quietFrom',
  'quietTo',
  'quietMoney',
  'reminders',
  'daysBefore',
  'reminderHour',
  'unread',
] as const

function valuesOf(branch: Branch): Values {
  const { branding = {}, quietHours, reminders, alsoIfUnreadMinutes } = branch
  const { buttons = [], greeting, name: brand, ...words } = branding
  return {
    code: branch.code,
    buttons,
    text: {
      site: words.site ?? '',
      feedbackUrl: words.feedbackUrl ?? '',
      logoUrl: words.logoUrl ?? '',
      phone: words.phone ?? '',
      signature: words.signature ?? '',
      name: branch.name ?? '',
      timezone: branch.timezone ?? '',
      brand: brand ?? '',
      greeting: greeting === undefined ? '' : String(greeting),
      quietFrom: quietHours === undefined ? '' : String(quietHours.from),
      quietTo: quietHours === undefined ? '' : String(quietHours.to),
      quietMoney: quietHours?.money ?? '',
      reminders: reminders === undefined ? '' : reminders === 'off' ? 'off' : 'own',
      daysBefore: typeof reminders === 'object' ? String(reminders.daysBefore) : '1',
      reminderHour: typeof reminders === 'object' ? String(reminders.hour) : '10',
      unread: alsoIfUnreadMinutes === undefined ? '' : String(alsoIfUnreadMinutes),
    },
  }
}

function typedIn(code: string, posted: Posted): Values {
  return {
    code,
    text: Object.fromEntries(textNames.map((name) => [name, posted.one(name)])),
    buttons: posted.many('buttons'),
  }
}

/** An empty field is what everybody has. */
function bodyOf(posted: Posted, known: Branch) {
  const given = (name: string) => posted.one(name) || null
  const buttons = posted.many('buttons')
  const greeting = posted.one('greeting')
  return {
    name: given('name'),
    timezone: given('timezone'),
    branding: {
      name: given('brand'),
      site: given('site'),
      feedbackUrl: given('feedbackUrl'),
      logoUrl: given('logoUrl'),
      phone: given('phone'),
      signature: given('signature'),
      greeting: greeting === '' ? null : greeting === 'true',
      buttons: buttons.length === 0 ? null : buttons,
    },
    quietHours: quietIn(posted, known),
    reminders: remindersIn(posted),
    alsoIfUnreadMinutes: posted.one('unread') === '' ? null : numberIn(posted, 'unread', 'Минут до повтора'),
  }
}

function quietIn(posted: Posted, { quietHours }: Branch) {
  if (posted.one('quietFrom') === '' && posted.one('quietTo') === '') return null
  return {
    from: numberIn(posted, 'quietFrom', 'Тихие часы с'),
    to: numberIn(posted, 'quietTo', 'Тихие часы до'),
    ...(posted.one('quietMoney') === 'wait' ? { money: 'wait' } : {}),
    // Hours of their own for advertising are set by the API only: they stay.
    ...(quietHours?.promo === undefined ? {} : { promo: quietHours.promo }),
  }
}

function remindersIn(posted: Posted) {
  const kind = posted.one('reminders')
  if (kind === '') return null
  if (kind === 'off') return 'off'
  return {
    daysBefore: numberIn(posted, 'daysBefore', 'За сколько дней'),
    hour: numberIn(posted, 'reminderHour', 'В каком часу'),
  }
}

function numberIn(posted: Posted, name: string, title: string): number {
  const text = posted.one(name)
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw new RequestError('field_invalid', `${title}: ожидается целое число.`)
}

const answerTitles = { ok: '«Понятно»', question: '«Вопрос по выплате»' } as const

function show(request: FastifyRequest, reply: FastifyReply, values: Values, problem: string | undefined): FastifyReply {
  const { code, buttons } = values
  const text = (name: (typeof textNames)[number]) => values.text[name] ?? ''
  const field = (name: (typeof textNames)[number], title: string, hint?: string) =>
    textField(name, title, text(name), hint === undefined ? {} : { hint })
  return sendSettings(request, reply, {
    at: '/settings/branches',
    title: text('name') || code,
    body: html`<p class="quiet">Код: <code>${code}</code>. Пустое поле — как у всей компании.</p>
${problemNotice(problem)}
<form class="form" method="post" action="/settings/branches/${encodeURIComponent(code)}">${csrfField(operatorOf(request))}
<fieldset class="card"><legend>Площадка</legend>
${field('name', 'Название', 'Пусто — берётся из событий')}
${field('timezone', 'Часовой пояс', 'Например, Asia/Yekaterinburg или МСК+2; пусто — берётся из событий')}
</fieldset>
<fieldset class="card"><legend>Оформление сообщений</legend>
${field('brand', 'Как называет себя')}
${field('signature', 'Подпись под текстом')}
${field('site', 'Сайт, кнопка «Наш сайт»')}
${field('feedbackUrl', 'Форма отзыва, кнопка «Оставить отзыв»')}
${field('logoUrl', 'Логотип, адрес картинки')}
${field('phone', 'Телефон площадки', 'Его назовёт ответ на «Вопрос по выплате»')}
${selectField(
  'greeting',
  'Приветствие',
  [
    { value: '', title: 'как у всей компании' },
    { value: 'true', title: 'начинать с «Доброе утро, Иван Петрович!»' },
    { value: 'false', title: 'без приветствия' },
  ],
  text('greeting'),
)}
${checkboxes(
  'buttons',
  'Кнопки под сообщениями о деньгах',
  answerWords.map((value) => ({ value, title: answerTitles[value] })),
  buttons,
)}
</fieldset>
<fieldset class="card"><legend>Когда не беспокоить</legend>
<div class="pair">${field('quietFrom', 'С часа', 'Пусто — 21')}${field('quietTo', 'До часа', 'Пусто — 9')}</div>
${selectField(
  'quietMoney',
  'Сообщения о деньгах',
  [
    { value: '', title: 'уходят сразу' },
    { value: 'wait', title: 'тоже ждут утра' },
  ],
  text('quietMoney'),
)}
${field('unread', 'Не прочитано столько минут — продублировать другим каналом', 'Пусто — не дублировать. Для ВКонтакте и WhatsApp')}
</fieldset>
<fieldset class="card"><legend>Напоминания о платеже рассрочки</legend>
${selectField(
  'reminders',
  'Напоминать',
  [
    { value: '', title: 'как у всех: за день, в 10 часов' },
    { value: 'own', title: 'по-своему' },
    { value: 'off', title: 'не напоминать' },
  ],
  text('reminders'),
)}
<div class="pair">${field('daysBefore', 'За сколько дней')}${field('reminderHour', 'В каком часу')}</div>
</fieldset>
<p class="form-end"><button>Сохранить</button> <a href="/settings/branches">Все площадки</a></p></form>`,
  })
}
