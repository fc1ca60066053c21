import { z } from 'zod'
import { type ChannelName, channelNames } from '../channels/channel.ts'
import { catalog } from '../events/catalog.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { instantOf } from '../lib/moment.ts'
import { shadowRun, type Tried, tryOnRecent } from '../notifications/try-template.ts'
import type { Rendered, Wording } from '../notifications/wording.ts'
import type { PublishedTemplate } from '../templates/choose.ts'
import { longestTemplate } from '../templates/engine.ts'
import { longestText } from '../templates/lint.ts'
import { versionsOf } from '../templates/store/versions.ts'
import { type ApiRoute, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'
import { type OwnSlot, problemsOf, slotInput, slotOf, type TemplateText, typeInput } from './template-slot.ts'
import { problemShape, textOf } from './templates.ts'

const wordsShape = z.object({
  channel: z.enum(channelNames),
  text: z.string().optional(),
  buttons: z.array(z.object({ text: z.string(), url: z.string().optional() })).optional(),
  error: z.string().optional().describe('Почему сообщение не составить'),
  tooLong: z.boolean().optional().describe('В этот канал не поместится'),
})

const triedShape = z.object({
  eventId: z.string(),
  at: momentShape,
  channel: z.enum(channelNames).optional(),
  now: z.string().optional().describe('Что написано сейчас'),
  draft: z.string().optional(),
  error: z.string().optional(),
})

const tryInput = z.strictObject({
  text: z.string().min(1).max(longestTemplate).optional().describe('Нет — черновик, а без него действующий текст'),
  private: z.boolean().default(false),
})

const recentLimit = 20
const dayMs = 24 * 3_600_000

/** What a text would say, before anybody gets it. */
export function templateTryRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'POST',
      path: '/templates/:type/preview',
      scope: 'templates:read',
      summary: 'Посмотреть текст на примере и на последних событиях',
      description: `На событии-примере — по всем каналам рядом; на последних ${recentLimit} настоящих событиях типа — с именами и телефонами под маской.`,
      params: typeInput,
      query: slotInput,
      body: tryInput,
      bodyExample: { text: 'Выплата {{ сумма }} зачислена.' },
      answer: z.object({
        text: z.string(),
        problems: z.array(problemShape),
        sample: z.array(wordsShape).describe('Событие-пример, по одному на канал'),
        events: z.array(triedShape),
      }),
      handle: async ({ params, query, body, key, look }) => {
        const slot = slotOf({ ...params, ...query }, key)
        const tried = await textToTry(needs, slot, body)
        const wordings = await wordingsFor(needs, slot, tried)
        const channels = slot.channel === null ? channelNames : [slot.channel]
        const events = await tryOnRecent(needs, wordings, whereOf(slot), recentLimit)
        look({ filter: { type: slot.type }, shown: events.length })
        return {
          text: tried.text,
          problems: problemsOf(needs, slot, tried),
          sample: channels.map((channel) => sampleOn(wordings.draft, slot, channel)),
          events: events.map(triedView),
        }
      },
    }),
    route({
      method: 'POST',
      path: '/templates/:type/shadow',
      scope: 'templates:read',
      summary: 'Прогнать день настоящих событий через черновик',
      description:
        'Ничего не отправляется и не сохраняется. Отвечает, сколько сообщений прочлось бы иначе, и показывает первые 50 таких.',
      params: typeInput,
      query: slotInput,
      body: tryInput.extend({
        date: z.iso.date().optional().describe('День по поясу TIMEZONE; нет — последние 24 часа'),
      }),
      bodyExample: { date: '2025-11-23', text: 'Выплата {{ сумма }} зачислена.' },
      answer: z.object({
        from: momentShape,
        to: momentShape,
        total: z.int(),
        same: z.int(),
        different: z.int(),
        failed: z.int().describe('Не составить'),
        cut: z.boolean().describe('Событий больше 5000: взяты последние'),
        differences: z.array(triedShape),
      }),
      handle: async ({ params, query, body, key, look }) => {
        const slot = slotOf({ ...params, ...query }, key)
        const wordings = await wordingsFor(needs, slot, await textToTry(needs, slot, body))
        const { from, to } = periodOf(body.date, needs.policy.timezone)
        const run = await shadowRun(needs, wordings, whereOf(slot), { from, to })
        const { total, same, different, failed, isCut: cut, differences } = run
        look({ filter: { type: slot.type }, shown: differences.length })
        return {
          from: from.toISOString(),
          to: to.toISOString(),
          total,
          same,
          different,
          failed,
          cut,
          differences: differences.map(triedView),
        }
      },
    }),
  ]
}

/** @throws RequestError 404 when neither a text was given nor one is kept. */
async function textToTry(needs: ApiNeeds, slot: OwnSlot, given: z.output<typeof tryInput>): Promise<TemplateText> {
  if (given.text !== undefined || given.private) return textOf(slot, given)
  const versions = await versionsOf(needs.db, slot)
  const kept =
    versions.find((each) => each.state === 'draft') ?? versions.find((each) => each.state === 'published') ?? undefined
  return kept ?? textOf(slot, given)
}

/** The words of this moment, and those as they would be with the text in force. */
async function wordingsFor(needs: ApiNeeds, slot: OwnSlot, { text, isPrivate }: TemplateText) {
  const tried: PublishedTemplate = { ...slot, id: 'draft', number: 0, text, isPrivate }
  const isSame = (each: PublishedTemplate) =>
    each.type === slot.type &&
    each.channel === slot.channel &&
    each.branchCode === slot.branchCode &&
    each.class === slot.class
  const [now, draft] = await Promise.all([
    needs.wording(),
    needs.wording((published) => [...published.filter((each) => !isSame(each)), tried]),
  ])
  return { now, draft }
}

function whereOf(slot: OwnSlot) {
  return { type: slot.type, branchCode: slot.branchCode, channel: slot.channel, advertising: slot.class === 'promo' }
}

function sampleOn(wording: Wording, slot: OwnSlot, channel: ChannelName) {
  const { sample } = catalog[slot.type]
  const branch = slot.branchCode === null ? sample.branch : { ...sample.branch, code: slot.branchCode }
  const moment = new Date(sample.occurredAt ?? Date.now())
  const to = { channel, advertising: slot.class === 'promo' }
  const rendered = wording.render({ ...sample, branch }, moment, to)
  if (!rendered.ok) return { channel, error: rendered.error }
  const { text, buttons = [] } = rendered.message
  return compact({
    channel,
    text,
    buttons: buttons.length === 0 ? undefined : buttons.flat().map(buttonView),
    tooLong: text.length > longestText[channel] ? true : undefined,
  })
}

function buttonView(button: { kind: 'link'; text: string; url: string } | { kind: 'callback'; text: string }) {
  return compact({ text: button.text, url: button.kind === 'link' ? button.url : undefined })
}

function triedView({ eventId, at, channel, now, draft }: Tried) {
  return compact({
    eventId,
    at: at.toISOString(),
    channel,
    now: textIn(now),
    draft: textIn(draft),
    error: draft.ok ? undefined : draft.error,
  })
}

function textIn(rendered: Pick<Extract<Rendered, { ok: true }>, 'ok' | 'message'> | { ok: false }): string | undefined {
  return rendered.ok ? rendered.message.text : undefined
}

function periodOf(date: string | undefined, zone: string): { from: Date; to: Date } {
  if (date === undefined) return { from: new Date(Date.now() - dayMs), to: new Date() }
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const from = instantOf({ year, month, day, hour: 0, minute: 0, second: 0 }, zone)
  const next = new Date(Date.UTC(year, month - 1, day + 1))
  const to = instantOf(
    {
      year: next.getUTCFullYear(),
      month: next.getUTCMonth() + 1,
      day: next.getUTCDate(),
      hour: 0,
      minute: 0,
      second: 0,
    },
    zone,
  )
  if (from > Date.now()) throw new RequestError('field_invalid', 'Поле «date»: этот день ещё не наступил.')
  return { from: new Date(from), to: new Date(to) }
}
