import { type ChannelName, channelNames, channelTitles } from '../lib/channel-name.ts'
import type { Report, Tone, Value } from './report.ts'
import { readReach, readTaken } from './store/channels.ts'
import { share } from './store/slice.ts'

const tones: Record<ChannelName, Tone> = { max: 'accent', vk: 'busy', telegram: 'good', whatsapp: 'calm' }

export const channels: Report = {
  name: 'channels',
  title: 'Каналы и охват',
  about:
    'Через какие мессенджеры уходят сообщения и скольких клиентов они достигают. Охват — доля клиентов, которым хоть одно сообщение ' +
    'за период принял мессенджер, среди тех, кому было что сообщить.',
  caution:
    'Клиент считается один раз за период; посетивший две площадки стоит у обеих, в итоге — один раз. Охват за день и за месяц — разные ' +
    'числа: складывать и усреднять дни нельзя.',
  by: ['branch', 'day'],
  narrows: ['branch', 'source'],
  columns: [
    { key: 'clients', title: 'Клиентов', unit: 'count' },
    { key: 'reached', title: 'Получили сообщение', unit: 'count' },
    { key: 'reach', title: 'Охват', unit: 'share' },
    { key: 'taken', title: 'Сообщений принято', unit: 'count' },
    ...channelNames.flatMap((name) => [
      { key: name, title: channelTitles[name], unit: 'count' as const },
      { key: `${name}Share`, title: `${channelTitles[name]}, доля`, unit: 'share' as const },
    ]),
  ],
  chart: { kind: 'stacked', series: channelNames.map((key) => ({ key, tone: tones[key] })) },
  read: async (db, slice) => {
    const taken = await readTaken(db, slice)
    const reach = await readReach(db, slice)
    const rowOf = ({ key, is_total, due, reached }: (typeof reach)[number]): Record<string, Value> => {
      const own = taken.filter((each) => each.is_total === is_total && each.key === key)
      const all = own.reduce((sum, each) => sum + each.taken, 0)
      const by = (name: string) => own.find((each) => each.channel === name)?.taken ?? 0
      return {
        clients: due,
        reached,
        reach: share(reached, due),
        taken: all,
        ...Object.fromEntries(
          channelNames.flatMap((name) => [
            [name, by(name)],
            [`${name}Share`, share(by(name), all)],
          ]),
        ),
      }
    }
    const total = reach.find((each) => each.is_total)
    return {
      rows: reach.filter((each) => !each.is_total).map((each) => ({ ...rowOf(each), key: each.key })),
      total: total && total.due > 0 ? { ...rowOf(total), key: null } : undefined,
    }
  },
}
