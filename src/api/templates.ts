import { z } from 'zod'
import { channelNames } from '../channels/channel.ts'
import { catalog } from '../events/catalog.ts'
import { type EventType, eventTypes } from '../events/event.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { shippedText } from '../notifications/render.ts'
import { templateClasses } from '../templates/choose.ts'
import { longestTemplate } from '../templates/engine.ts'
import { dropDraft, publishDraft, rollBack, saveDraft } from '../templates/store/change.ts'
import { currentVersions, type TemplateVersion, versionStates, versionsOf } from '../templates/store/versions.ts'
import { variables } from '../templates/variables.ts'
import { type ApiRoute, type KeyInUse, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'
import {
  type OwnSlot,
  problemsOf,
  refuseErrors,
  slotInput,
  slotOf,
  type TemplateText,
  typeInput,
} from './template-slot.ts'

export const problemShape = z.object({
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  line: z.int(),
  column: z.int(),
})

const versionShape = z.object({
  id: z.string().describe('Его помнит каждое сообщение (template)'),
  number: z.int(),
  state: z.enum(versionStates).describe('published — действует; retired — действовала или отброшена'),
  text: z.string(),
  private: z.boolean(),
  restored: z.int().optional().describe('Номер версии, чей текст возвращён'),
  createdAt: momentShape,
  createdBy: z.string(),
  publishedAt: momentShape.optional(),
  publishedBy: z.string().optional(),
  retiredAt: momentShape.optional(),
  retiredBy: z.string().optional(),
})

const slotShape = z.object({
  type: z.enum(eventTypes),
  channel: z.enum(channelNames).optional().describe('Нет — любой'),
  branch: z.string().optional().describe('Нет — любая'),
  class: z.enum(templateClasses),
})

const templateShape = slotShape.extend({
  title: z.string(),
  shipped: z.object({ id: z.string(), text: z.string(), privateText: z.string() }).describe('Тексты из поставки'),
  published: versionShape.optional().describe('Нет — действует текст из поставки или более общий шаблон'),
  draft: versionShape.optional(),
})

const draftInput = z
  .strictObject({
    text: z.string().min(1).max(longestTemplate).optional().describe('Шаблон Liquid; нет — текст из поставки'),
    private: z
      .boolean()
      .default(false)
      .describe('Без имени, суммы и карты — для мессенджеров, чьи серверы за границей; лишнее не сохранится'),
  })
  .describe('Черновик')

/** Texts that the owner writes in place of those that ship. */
export function templateRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/templates',
      scope: 'templates:read',
      summary: 'Все шаблоны: тексты из поставки и свои',
      description:
        'Для сообщения берётся шаблон площадки, затем канала, затем общий, затем текст из поставки. Если для канала есть шаблон ' +
        'private, другие в нём не используются.',
      answer: z.object({ templates: z.array(templateShape) }),
      handle: async ({ key }) => ({ templates: await templateList(needs, key) }),
    }),
    route({
      method: 'GET',
      path: '/templates/:type',
      scope: 'templates:read',
      summary: 'Один шаблон: версии, замечания к черновику и переменные',
      params: typeInput,
      query: slotInput,
      answer: templateShape.extend({
        versions: z.array(versionShape).describe('От новой к старой'),
        problems: z.array(problemShape).describe('Замечания к черновику, а без него — к действующему тексту'),
        variables: z
          .array(z.object({ names: z.array(z.string()), description: z.string(), example: z.string() }))
          .describe('Что можно написать в {{ }}; имена через русские и английские слова равны'),
      }),
      handle: async ({ params, query, key }) => {
        const slot = slotOf({ ...params, ...query }, key)
        const versions = await versionsOf(needs.db, slot)
        const current = (state: TemplateVersion['state']) => versions.find((each) => each.state === state)
        const looked = current('draft') ?? current('published') ?? shippedText(catalog[slot.type], false)
        return {
          ...templateView(slot, versions),
          versions: versions.map(versionView),
          problems: problemsOf(needs, slot, looked),
          variables: variables.map(({ names, description, example }) => ({ names: [...names], description, example })),
        }
      },
    }),
    route({
      method: 'PUT',
      path: '/templates/:type',
      scope: 'templates:write',
      audit: { act: 'template.draft' },
      summary: 'Сохранить черновик',
      description:
        'Проверяется сразу: неизвестная переменная, переменная без условия, длина для канала, паспорт и номер карты, реклама в ' +
        'служебном тексте. С ошибкой не сохраняется; у каждой указаны строка и знак. Клиенты видят прежний текст до publish.',
      params: typeInput,
      query: slotInput,
      body: draftInput,
      bodyExample: { text: 'Выплата {{ сумма }} зачислена. Спасибо!' },
      answer: z.object({ draft: versionShape, problems: z.array(problemShape).describe('Только предупреждения') }),
      handle: async ({ params, query, body, key }) => {
        const slot = slotOf({ ...params, ...query }, key)
        const draft = textOf(slot, body)
        const problems = problemsOf(needs, slot, draft)
        refuseErrors(problems)
        return { draft: versionView(await saveDraft(needs.db, slot, draft, key.id)), problems }
      },
    }),
    ...decisionRoutes(needs),
  ]
}

function decisionRoutes(needs: ApiNeeds): ApiRoute[] {
  const accept = (slot: OwnSlot) => (version: TemplateText) => refuseErrors(problemsOf(needs, slot, version))
  return [
    route({
      method: 'POST',
      path: '/templates/:type/publish',
      scope: 'templates:write',
      audit: { act: 'template.publish' },
      summary: 'Опубликовать черновик',
      description: 'Следующее же сообщение уходит с этим текстом; уже составленные не меняются.',
      params: typeInput,
      query: slotInput,
      answer: templateShape,
      handle: async ({ params, query, key }) => {
        const slot = slotOf({ ...params, ...query }, key)
        if (!(await publishDraft(needs.db, slot, key.id, accept(slot)))) throw noDraft()
        return templateView(slot, await versionsOf(needs.db, slot))
      },
    }),
    route({
      method: 'POST',
      path: '/templates/:type/rollback',
      scope: 'templates:write',
      audit: { act: 'template.rollback' },
      summary: 'Вернуть прежний текст',
      description: 'Без version — тот, что действовал перед нынешним; 0 — текст из поставки. Черновик остаётся.',
      params: typeInput,
      query: slotInput,
      body: z.strictObject({ version: z.int().min(0).optional().describe('Номер версии') }),
      bodyExample: { version: 0 },
      answer: templateShape,
      handle: async ({ params, query, body, key }) => {
        const slot = slotOf({ ...params, ...query }, key)
        const restored = await rollBack(needs.db, slot, body.version, key.id, accept(slot))
        if (restored.kind === 'nothing') {
          throw new RequestError(
            'not_found',
            body.version === undefined || body.version === 0
              ? 'Своего текста здесь нет: и так действует текст из поставки.'
              : `Версия ${body.version} не действовала. Посмотрите versions этого шаблона.`,
          )
        }
        return templateView(slot, await versionsOf(needs.db, slot))
      },
    }),
    route({
      method: 'DELETE',
      path: '/templates/:type/draft',
      scope: 'templates:write',
      audit: { act: 'template.drop' },
      summary: 'Отбросить черновик',
      params: typeInput,
      query: slotInput,
      answer: templateShape,
      handle: async ({ params, query, key }) => {
        const slot = slotOf({ ...params, ...query }, key)
        if (!(await dropDraft(needs.db, slot, key.id))) throw noDraft()
        return templateView(slot, await versionsOf(needs.db, slot))
      },
    }),
  ]
}

/** A private text may be left out: then it is the one that ships. */
export function textOf(
  { type }: Pick<OwnSlot, 'type'>,
  { text, private: isPrivate }: { text?: string | undefined; private: boolean },
): TemplateText {
  return { text: text ?? shippedText(catalog[type], isPrivate).text, isPrivate }
}

function noDraft(): RequestError {
  return new RequestError('not_found', 'Черновика нет. Сначала сохраните его: PUT /api/v1/templates/ТИП.')
}

async function templateList(needs: ApiNeeds, key: KeyInUse) {
  const own = await currentVersions(needs.db)
  const shipped = eventTypes.map(
    (type): OwnSlot => ({ type, channel: null, branchCode: null, class: catalog[type].class }),
  )
  const slots = [
    ...shipped,
    ...own
      .filter(hasType)
      .map(({ type, channel, branchCode, class: own }) => ({ type, channel, branchCode, class: own })),
  ]
  const byName = new Map(slots.map((slot) => [nameOf(slot), slot]))
  return [...byName.values()]
    .filter(({ branchCode }) => key.branchCode === null || branchCode === null || branchCode === key.branchCode)
    .sort((a, b) => eventTypes.indexOf(a.type) - eventTypes.indexOf(b.type))
    .map((slot) =>
      templateView(
        slot,
        own.filter((each) => nameOf(each) === nameOf(slot)),
      ),
    )
}

function hasType(version: TemplateVersion): version is TemplateVersion & { type: EventType } {
  return version.type in catalog
}

function nameOf({ type, channel, branchCode, class: own }: Omit<OwnSlot, 'type'> & { type: string }): string {
  return JSON.stringify([type, channel, branchCode, own])
}

function templateView(slot: OwnSlot, versions: readonly TemplateVersion[]) {
  const published = versions.find((each) => each.state === 'published')
  const draft = versions.find((each) => each.state === 'draft')
  const definition = catalog[slot.type]
  const { text, version } = shippedText(definition, false)
  return compact({
    type: slot.type,
    channel: slot.channel,
    branch: slot.branchCode,
    class: slot.class,
    title: definition.title,
    shipped: { id: version, text, privateText: definition.privateText },
    published: published && versionView(published),
    draft: draft && versionView(draft),
  })
}

function versionView(version: TemplateVersion) {
  return compact({
    id: version.id,
    number: version.number,
    state: version.state,
    text: version.text,
    private: version.isPrivate,
    restored: version.restored,
    createdAt: version.createdAt.toISOString(),
    createdBy: version.createdBy,
    publishedAt: version.publishedAt?.toISOString(),
    publishedBy: version.publishedBy,
    retiredAt: version.retiredAt?.toISOString(),
    retiredBy: version.retiredBy,
  })
}
