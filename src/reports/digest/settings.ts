import { z } from 'zod'

/** WhatsApp lets nobody write first without an approved template, and there is none for numbers. */
const digestChannels = ['max', 'vk', 'telegram'] as const

/** To whom the day's numbers go, and when. His own chat: he is no client, and nothing of it is in the journal. */
export const digestSchema = z.strictObject({
  channel: z.enum(digestChannels),
  address: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .describe('Идентификатор чата, как у контакта клиента; этот человек должен был написать боту'),
  hour: z
    .int()
    .min(0)
    .max(23)
    .describe('В котором часу по TIMEZONE. До полудня — сводка за вчера, с полудня — за сегодня к этому часу'),
  branches: z
    .array(z.string().trim().min(1).max(50))
    .min(1)
    .max(100)
    .nullish()
    .describe('Только по этим площадкам; нет — по всем'),
})
export type DigestSettings = z.output<typeof digestSchema>
