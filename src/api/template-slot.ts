import { z } from 'zod'
import { channelNames } from '../channels/channel.ts'
import { catalog } from '../events/catalog.ts'
import { type EventType, eventTypes } from '../events/event.ts'
import { channelTitles } from '../lib/channel-name.ts'
import { RequestError } from '../lib/errors.ts'
import { type TemplateSlot, templateClasses } from '../templates/choose.ts'
import { type LintInput, lint, longestText, type Problem } from '../templates/lint.ts'
import type { KeyInUse } from './route.ts'
import type { ApiNeeds } from './routes.ts'

/** Which template a call is about: the type in the address, the rest in the query. */

export const typeInput = z.object({
  type: z
    .string()
    .max(50)
    .describe(`Тип события: ${eventTypes.join(', ')}`),
})

export const slotInput = z.object({
  channel: z.enum(channelNames).optional().describe('Канал; нет — любой'),
  branch: z.string().trim().min(1).max(50).optional().describe('Код площадки; нет — любая'),
  class: z
    .enum(templateClasses)
    .optional()
    .describe('service или promo; нет — как у типа события. promo уходит только с согласием на рекламу'),
})

export type OwnSlot = TemplateSlot & { type: EventType }

/** @throws RequestError 404 for no type of ours, 403 for a key of another branch, 422 for a service text of an advertising type. */
export function slotOf(
  { type: given, channel, branch, class: wanted }: z.output<typeof typeInput> & z.output<typeof slotInput>,
  key: KeyInUse,
): OwnSlot {
  const type = eventTypes.find((each) => each === given)
  if (type === undefined) throw new RequestError('not_found', `Такого события нет. Есть: ${eventTypes.join(', ')}.`)
  refuseOtherBranch(key, branch)
  const typeClass = catalog[type].class
  if (typeClass === 'promo' && wanted === 'service') {
    throw new RequestError(
      'field_invalid',
      `Поле «class»: «${catalog[type].title}» — рекламное сообщение (38-ФЗ), служебного текста у него не бывает. Ожидается promo.`,
    )
  }
  return { type, channel: channel ?? null, branchCode: branch ?? null, class: wanted ?? typeClass }
}

function refuseOtherBranch(key: KeyInUse, branch: string | undefined): void {
  if (key.branchCode === null || key.branchCode === branch) return
  throw new RequestError(
    'forbidden',
    `Этот ключ выдан площадке «${key.branchCode}»: он меняет только её шаблоны. Укажите ?branch=${encodeURIComponent(key.branchCode)} или возьмите общий ключ.`,
  )
}

export type TemplateText = { text: string; isPrivate: boolean }

/** What is wrong with a text in this place. */
export function problemsOf(needs: ApiNeeds, slot: OwnSlot, { text, isPrivate }: TemplateText): Problem[] {
  const channels = slot.channel === null ? channelNames : [slot.channel]
  const input: LintInput = {
    template: text,
    type: slot.type,
    class: slot.class,
    requires: catalog[slot.type].requires,
    channels: channels.map((name) => ({ title: channelTitles[name], longest: longestText[name] })),
    defaultTimezone: needs.policy.timezone,
    private: isPrivate,
  }
  const parameters = needs.approvedVariables(slot.type)
  const isOnWhatsApp = channels.includes('whatsapp') && needs.policy.channelsOn.includes('whatsapp')
  return lint(isOnWhatsApp ? { ...input, whatsapp: parameters === undefined ? null : { parameters } } : input)
}

/** @throws RequestError 422 that names each error with its line and column. */
export function refuseErrors(problems: readonly Problem[]): void {
  const errors = problems
    .filter((each) => each.severity === 'error')
    .map(({ message, line, column }) => ({ code: 'field_invalid' as const, field: 'text', message, line, column }))
  const [first] = errors
  if (!first) return
  const more = errors.length === 1 ? '' : ` Всего ошибок: ${errors.length}, они в errors.`
  throw new RequestError(
    'field_invalid',
    `Шаблон не сохранён: строка ${first.line}, знак ${first.column}. ${first.message}${more}`,
    { errors },
  )
}
