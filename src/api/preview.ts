import { z } from 'zod'
import { channelNames, wayNames } from '../channels/channel.ts'
import type { Button, Message } from '../channels/message.ts'
import { reasons } from '../deliveries/delivery.ts'
import { reasonTexts } from '../deliveries/reasons.ts'
import { eventTypes } from '../events/event.ts'
import { compact } from '../lib/compact.ts'
import type { Plan } from '../notifications/decide.ts'
import { previewEvent } from '../notifications/preview.ts'
import { type ApiRoute, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape, warningShape } from './shapes.ts'
import { refuseOtherSource } from './sources.ts'

const messageShape = z.object({
  channel: z.enum(channelNames),
  isOn: z.boolean().describe('Канал включён'),
  wouldSend: z.boolean().describe('Сообщение ушло бы именно сюда'),
  text: z.string(),
  picture: z.string().optional().describe('Логотип; какой канал его показывает, сказано в docs/ru/oformlenie.md'),
  buttons: z
    .array(z.object({ text: z.string(), url: z.string().optional().describe('Нет у кнопки, которая отвечает боту') }))
    .optional(),
})

const decisionShape = z.object({
  state: z.enum(['queued', 'waiting', 'skipped', 'failed']).describe('waiting — подождёт конца тихих часов'),
  isClientKnown: z.boolean(),
  channel: z.enum(wayNames).optional(),
  at: momentShape.optional().describe('Когда отправилось бы'),
  reason: z.enum(reasons).optional(),
  cause: z.string().optional(),
  advice: z.string().optional(),
})

/** `POST /preview`: an event in any shape a source takes, and the message it would become. */
export function previewRoutes(needs: ApiNeeds): ApiRoute[] {
  const query = z.object({
    source: z.enum(needs.sources.names).default('1c').describe('Чьим профилем читать событие'),
  })
  return [
    route({
      method: 'POST',
      path: '/preview',
      scope: 'preview',
      summary: 'Каким будет сообщение; ничего не сохраняется и не отправляется',
      description:
        'Тело — одно событие в любом виде, который принимает вебхук источника. Решение (decision) принимается по тем же правилам, ' +
        'что и для настоящих событий, на эту минуту. Ошибки те же, что у вебхука.',
      query,
      takesBytes: true,
      body: z.unknown().describe('Событие, как его передаёт источник'),
      bodyExample: { Событие: 'Выплата', Статус: 'Оплачено', Сумма: 14500, Телефон: '+79031234567' },
      answer: z.object({
        type: z.enum(eventTypes),
        event: z.looseObject({ type: z.enum(eventTypes) }).describe('Событие в канонической форме'),
        messages: z.array(messageShape).describe('По одному на канал; пусто, если сообщение не составить по шаблону'),
        decision: decisionShape,
        warnings: z.array(warningShape),
      }),
      handle: async ({ query: { source }, posted, key }) => {
        refuseOtherSource(needs.sources, source, key)
        const now = new Date()
        const { event, warnings } = await needs.sources.readOne(source, posted, { branchCode: key.branchCode, now })
        const previewed = { source, event, test: key.kind === 'test', teamOnly: key.kind === 'team' }
        const preview = await previewEvent(needs, previewed, now)
        const { message, plan, isClientKnown } = preview
        return {
          type: event.type,
          event,
          messages: message.ok ? messagesOf(needs, message.message, plan) : [],
          decision: { ...decisionOf(plan, now), isClientKnown },
          warnings: message.ok ? warnings : [...warnings, { code: 'template_error', message: message.error }],
        }
      },
    }),
  ]
}

function messagesOf(needs: ApiNeeds, { text, picture, buttons }: Message, plan: Plan) {
  const shown = (buttons ?? []).flat()
  return channelNames.map((channel) =>
    compact({
      channel,
      isOn: needs.policy.channelsOn.includes(channel),
      wouldSend: plan.kind === 'send' && plan.contact.channel === channel,
      text,
      picture: picture?.url,
      buttons: shown.length === 0 ? undefined : shown.map(buttonView),
    }),
  )
}

function buttonView(button: Button) {
  return { text: button.text, ...(button.kind === 'link' ? { url: button.url } : {}) }
}

function decisionOf(plan: Plan, now: Date) {
  if (plan.kind === 'rehearse') return { state: 'queued', channel: 'sandbox', at: now.toISOString() }
  const channel = plan.contact?.channel
  if (plan.kind === 'stop') {
    return compact({ state: plan.state, channel, reason: plan.reason, ...reasonTexts[plan.reason] })
  }
  return compact({
    state: plan.at === null ? 'queued' : 'waiting',
    channel,
    at: (plan.at ?? now).toISOString(),
  })
}
