import { z } from 'zod'
import { channelNames } from '../channels/channel.ts'
import { channelWeather } from '../deliveries/store/limits.ts'
import { lastHour } from '../journal/weather.ts'
import { compact } from '../lib/compact.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const channelShape = z.object({
  channel: z.enum(channelNames),
  state: z
    .enum(['up', 'paused', 'down', 'off'])
    .describe('paused — мессенджер просит подождать; down — не принимает ничего; off — не подключён'),
  since: momentShape.optional().describe('С какого момента не работает'),
  until: momentShape.optional().describe('До какого момента пауза'),
  code: z.string().optional().describe('Ответ мессенджера'),
  way: z.string().optional().describe('Через какой прокси работает ответивший процесс и сколько прокси недоступно'),
  hour: z
    .object({
      taken: z.int(),
      refused: z.int(),
      putOff: z.int().describe('Просьбы подождать и неудачи, после которых попытка повторится'),
      lost: z.int().describe('Ответ потерян'),
      refusedShare: z.number().optional().describe('Доля отказов среди ответов'),
      medianMs: z.int().optional().describe('От приёма события о деньгах до «принято мессенджером»'),
      p95Ms: z.int().optional(),
    })
    .describe('Измерено за последний час'),
})

/** `GET /channels`: how each messenger does at present, measured. */
export function channelRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/channels',
      scope: 'journal:read',
      summary: 'Погода каналов: что работает, с какой скоростью, сколько отказов',
      answer: z.object({ channels: z.array(channelShape) }),
      handle: async ({ key }) => {
        refuseBranchKey(key, 'каналы общие для всех площадок')
        const [weather, hours] = await Promise.all([channelWeather(needs.db), lastHour(needs.db)])
        const now = new Date()
        return {
          channels: channelNames.map((channel) => {
            const seen = weather.find((each) => each.channel === channel)
            const hour = hours.find((each) => each.channel === channel)
            const isDown = seen !== undefined && seen.brokenCount > 0
            const isPaused = seen !== undefined && seen.pausedUntil > now
            const isOn = needs.policy.channelsOn.includes(channel)
            const { taken = 0, refused = 0, putOff = 0, lost = 0 } = hour ?? {}
            return compact({
              channel,
              state: !isOn ? 'off' : isDown ? 'down' : isPaused ? 'paused' : 'up',
              since: isOn && isDown ? seen.downSince?.toISOString() : undefined,
              until: isOn && isPaused ? seen.pausedUntil.toISOString() : undefined,
              code: isOn && (isDown || isPaused) ? seen.code : undefined,
              way: isOn ? needs.channels.get(channel)?.way?.()?.detail : undefined,
              hour: compact({
                taken,
                refused,
                putOff,
                lost,
                refusedShare: taken + refused === 0 ? undefined : refused / (taken + refused),
                medianMs: hour?.medianMs,
                p95Ms: hour?.p95Ms,
              }),
            })
          }),
        }
      },
    }),
  ]
}
