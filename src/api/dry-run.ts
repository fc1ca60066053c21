import { z } from 'zod'
import { compact } from '../lib/compact.ts'
import { parseInput } from './input.ts'
import { type ApiRoute, type Posted, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { errorShape, warningShape } from './shapes.ts'
import type { ReadItem } from './source-needs.ts'
import { flawed, nameInput, refuseOtherSource } from './sources.ts'

const itemShape = z.object({
  index: z.int(),
  status: z.enum(['understood', 'rejected']),
  understood: z
    .array(z.object({ from: z.string(), to: z.string(), value: z.string() }))
    .describe('Поле источника → поле события, и прочитанное значение'),
  ignored: z.array(z.string()).describe('Поля, которые ничего не значат в этом профиле'),
  warnings: z.array(warningShape),
  event: z.looseObject({ type: z.string() }).optional().describe('Событие в канонической форме'),
  errors: z.array(errorShape).optional(),
})

/** `POST /sources/:name/dry-run`: what the webhook would make of a body, and nothing kept. */
export function dryRunRoutes(needs: ApiNeeds): ApiRoute[] {
  const input = z.strictObject({
    body: z.unknown().optional().describe('Тело запроса источника: значение JSON или строка с текстом тела как есть'),
    bodyBase64: z
      .base64()
      .optional()
      .describe('Вместо body: байты тела в base64, если важны кодировка (windows-1251), BOM или сжатие'),
    contentType: z.string().max(200).optional().describe('Content-Type, с которым тело придёт'),
    contentEncoding: z.string().max(50).optional(),
    profile: needs.sources.overrideSchema.optional().describe('Изменения профиля, чтобы попробовать до сохранения'),
  })
  return [
    route({
      method: 'POST',
      path: '/sources/:name/dry-run',
      scope: 'sources:read',
      summary: 'Проверить, как будет понят запрос источника; ничего не сохраняется',
      params: nameInput,
      takesBytes: true,
      body: input,
      bodyExample: { body: { Событие: 'Выплата', Статус: 'Оплачено', Сумма: 14500, Телефон: '+79031234567' } },
      answer: z.object({ items: z.array(itemShape) }),
      handle: async ({ params: { name }, posted, key }) => {
        refuseOtherSource(needs.sources, name, key)
        const { profile: change, ...asked } = parseInput(input, needs.sources.json(posted))
        const flaws = change === undefined ? [] : needs.sources.flawsIn(name, change)
        if (flaws.length > 0) throw flawed(flaws)
        const how = { change, branchCode: key.branchCode, now: new Date() }
        const { items } = await needs.sources.read(name, bodyOf(needs, asked), how)
        return { items: items.map(itemView) }
      },
    }),
  ]
}

function bodyOf(
  { sources }: ApiNeeds,
  asked: {
    body?: unknown
    bodyBase64?: string | undefined
    contentType?: string | undefined
    contentEncoding?: string | undefined
  },
): Posted {
  const { body, bodyBase64, contentType, contentEncoding } = asked
  return { bytes: bytes(), contentType, contentEncoding }

  function bytes(): Buffer {
    if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64')
    if (body === undefined) return Buffer.alloc(0)
    return typeof body === 'string' ? Buffer.from(body) : sources.bytesOf(body)
  }
}

function itemView(item: ReadItem, index: number) {
  return compact({
    index,
    status: item.ok ? 'understood' : 'rejected',
    understood: item.understood,
    ignored: item.ignored,
    warnings: item.warnings,
    event: item.ok ? item.event : undefined,
    errors: item.ok ? undefined : item.errors,
  })
}
