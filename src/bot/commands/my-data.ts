import { purposes } from '../../clients/client.ts'
import { consentsOf, contactsOf } from '../../clients/store.ts'
import { channelTitles } from '../../lib/channel-name.ts'
import { maskedPhone } from '../../lib/russian/masks.ts'
import { oneLine } from '../../lib/russian/text.ts'
import { dayText, wallTime } from '../../lib/russian/time.ts'
import { type Command, optionOf } from './command.ts'
import { forget } from './forget.ts'

const purposeTitles = { service: 'сообщения о приёме лома и выплатах', advertising: 'реклама' } as const

/** «Мои данные»: what is kept of him. The phone is never shown whole: somebody else may look at the screen. */
export const myData: Command = {
  name: 'data',
  label: 'Мои данные',
  needsConsent: false,
  run: async (needs, asked) => {
    const { client, settings } = asked
    const [contacts, consents] = await Promise.all([contactsOf(needs, client), consentsOf(needs, client.id)])
    const isPrivate = settings.privateTexts || (await needs.keepsPrivate(needs.channel.name, client.branchCode))
    const day = (at: Date) => dayText(wallTime(at, needs.timezone), wallTime(new Date(), needs.timezone).year)
    const name = client.fullName === undefined ? 'не передано' : isPrivate ? 'скрыто' : oneLine(client.fullName)
    const words = purposes.flatMap((purpose) => {
      const word = consents.find((each) => each.purpose === purpose)
      if (!word) return []
      return [`${purposeTitles[purpose]}: ${word.granted ? 'согласие' : 'отказ'} от ${day(word.at)}`]
    })
    return {
      text: [
        'Что мы о вас храним:',
        `Имя: ${name}`,
        `Телефон: ${client.phone === undefined ? 'не передан' : maskedPhone(client.phone)}`,
        `Чаты: ${contacts.map((each) => `${channelTitles[each.channel]} с ${day(each.linkedAt)}`).join(', ') || 'нет'}`,
        ...(words.length === 0 ? ['Согласий нет'] : ['Согласия:', ...words]),
        'Ещё храним сведения о ваших операциях и тексты наших сообщений. Всё это зашифровано вашим отдельным ключом.',
      ].join('\n'),
      options: [[optionOf(forget, asked)]],
    }
  },
}
