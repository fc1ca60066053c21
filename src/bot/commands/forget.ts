import { requestErasure } from '../../clients/erasure-requests/store.ts'
import { type Command, optionOf } from './command.ts'

/** «Удалить мои данные»: asks once more, and hands the request to the operators, who erase. */
export const forget: Command = {
  name: 'forget',
  label: 'Удалить мои данные',
  needsConsent: false,
  run: async (needs, asked) => {
    if (asked.argument !== 'yes') {
      return {
        text:
          'Удалить ваши имя, телефон, чаты и тексты сообщений? После этого мы не сможем писать вам о выплатах, а вернуть данные будет нельзя. ' +
          'Документы о сделках остаются в бухгалтерии площадки: хранить их обязывает закон.',
        options: [[{ ...optionOf(forget, asked, 'yes'), label: 'Да, удалить' }]],
      }
    }
    const isNew = await requestErasure(needs.db, asked.client.id, needs.channel.name)
    const said = isNew ? 'Заявка на удаление принята.' : 'Ваша заявка на удаление уже ждёт.'
    return {
      text:
        `${said} Её выполнит сотрудник, не позже чем через 30 дней. До тех пор сообщения о выплатах приходят как прежде; ` +
        'отключить их сейчас — /stop. Отдельного сообщения об удалении не будет: писать станет некуда.',
    }
  },
}
