import { parseName } from '../lib/russian/names.ts'

/** Whoever holds a slip that is not his sees no more of its owner than this. */
function greetingTo(fullName: string | undefined): string {
  const first = fullName === undefined ? undefined : parseName(fullName).first
  return first === undefined ? 'Здравствуйте!' : `Здравствуйте, ${first}!`
}

/** The same for a link that was used, has expired or never was: nothing can be learned by trying. */
export const linkingTexts = {
  invitation: (fullName: string | undefined, companyName: string | undefined) =>
    `${greetingTo(fullName)} Здесь ${companyName === undefined ? 'площадка' : `«${companyName}»`} сообщает о приёме вашего лома и о выплатах.`,
  linkedByLink: (fullName: string | undefined) =>
    `${greetingTo(fullName)} Готово: сообщения о ваших выплатах будут приходить сюда. Отказаться можно в любой момент командой /stop.`,
  linkSpent:
    'Эта ссылка уже не действует. Попросите новую на площадке, нажмите «Отправить мой номер» внизу или напишите сюда номер телефона, который вы оставляли на площадке.',
  linkRefused: 'Хорошо, по этой ссылке ничего не подключено. Прежние сообщения приходят как раньше.',
  codeAsked:
    'Если этот номер записан на площадке, вам назовут код из 6 цифр: спросите его на площадке или по её телефону. Пришлите код сюда в течение 10 минут.',
  codeWrong: 'Этот код не подошёл. Проверьте цифры или попросите на площадке новый код.',
} as const
