import type { ClientSettings } from '../../clients/settings/settings.ts'
import { saveSettings } from '../../clients/settings/store.ts'
import { contactsOf } from '../../clients/store.ts'
import { rewordWaiting } from '../../deliveries/store/reword.ts'
import { type ChannelName, channelNames, channelTitles } from '../../lib/channel-name.ts'
import type { AnswerNeeds } from '../chat.ts'
import { type Asked, type Command, type Option, optionOf } from './command.ts'

const quietChoices: Record<string, { from: number; to: number } | null> = {
  no: null,
  '21-9': { from: 21, to: 9 },
  '23-8': { from: 23, to: 8 },
}

/** «Настройки»: which messenger comes first, when nothing comes, and whether sums are named. Each choice is a button. */
export const settings: Command = {
  name: 'set',
  label: 'Настройки',
  needsConsent: true,
  run: async (needs, asked) => {
    const chosen = chosenBy(asked)
    if (chosen) await keep(needs, asked, chosen)
    const now = chosen ?? asked.settings
    const channels = await channelsOf(needs, asked)
    return {
      text: `${chosen ? 'Готово, запомнили.\n\n' : ''}${textOf(now, channels)}`,
      options: optionsOf(asked, now, channels),
    }
  },
}

/** What the settings would be after this press; undefined when it chooses nothing that there is. */
function chosenBy({ argument, settings: now }: Asked): ClientSettings | undefined {
  const [what, word = ''] = argument.split('.')
  const channel = channelNames.find((each) => each === word)
  if (what === 'first' && channel !== undefined) return { ...now, channelOrder: [channel] }
  if (what === 'quiet' && Object.hasOwn(quietChoices, word)) return { ...now, quietHours: quietChoices[word] ?? null }
  if (what === 'sums' && (word === 'hide' || word === 'show')) return { ...now, privateTexts: word === 'hide' }
  return undefined
}

/** What waits already is put into the new words when it leaves. */
async function keep({ db }: AnswerNeeds, { client }: Asked, chosen: ClientSettings): Promise<void> {
  await db.transaction(async (inside) => {
    await saveSettings(inside, client.id, chosen)
    await rewordWaiting(inside, client.id)
  })
}

/** Where he can be reached at present. */
async function channelsOf(needs: AnswerNeeds, { client }: Asked): Promise<ChannelName[]> {
  const contacts = (await contactsOf(needs, client)).filter((each) => each.isCurrent && each.blockedReason === null)
  return channelNames.filter((name) => contacts.some((each) => each.channel === name))
}

function textOf({ channelOrder, quietHours, privateTexts }: ClientSettings, channels: readonly ChannelName[]): string {
  const first = channelOrder?.find((each) => channels.includes(each))
  return [
    `Сначала пишем: ${first === undefined ? 'как решила площадка' : `в ${channelTitles[first]}`}`,
    `Тихие часы: ${quietHours === null ? 'как решила площадка; о выплатах пишем в любое время' : `с ${quietHours.from}:00 до ${quietHours.to}:00 не пишем ни о чём`}`,
    `Суммы, имя и карта: ${privateTexts ? 'скрыты' : 'видны'}`,
    'Готовые тексты площадки и ответы на вопросы приходят так, как написаны.',
  ].join('\n')
}

function optionsOf(asked: Asked, now: ClientSettings, channels: readonly ChannelName[]): Option[][] {
  const option = (argument: string, label: string) => ({ ...optionOf(settings, asked, argument), label })
  return [
    ...(channels.length > 1 ? [channels.map((name) => option(`first.${name}`, `Сначала ${channelTitles[name]}`))] : []),
    [option('quiet.21-9', 'Тихо с 21 до 9'), option('quiet.23-8', 'Тихо с 23 до 8')],
    [option('quiet.no', 'Без своих тихих часов')],
    [now.privateTexts ? option('sums.show', 'Показывать суммы') : option('sums.hide', 'Скрывать суммы')],
  ]
}
