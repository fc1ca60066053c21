import { z } from 'zod'
import { bad, type Finding, good, warning } from '../../lib/finding.ts'
import type { Answer, Api } from './call.ts'
import { isUntrusted } from './outcome.ts'
import { detailOf, subscriptionsOf, type Within } from './subscription.ts'

/** The token, the certificate, and who is told of updates. */
export async function inspect(api: Api, within: Within, url: string | undefined): Promise<Finding[]> {
  const me = await within((signal) => api.call({ method: 'GET', path: '/me' }, signal))
  if (me.kind !== 'result') return [bad('MAX: бот', detailOf(me), remedyOf(me))]
  const name = z.object({ username: z.string() }).safeParse(me.result).data?.username
  return [good('MAX: бот', name === undefined ? 'отвечает' : `@${name}`), await updatesFinding(api, within, url)]
}

function remedyOf(answer: Exclude<Answer, { kind: 'result' }>): string {
  if (answer.kind === 'refusal')
    return answer.status === 401 || answer.status === 403
      ? 'Возьмите действующий токен на business.max.ru (Чат-боты → Интеграция), впишите его в MAX_TOKEN без слова Bearer и перезапустите службу.'
      : 'Повторите проверку через несколько минут; не поможет — смотрите ответ MAX.'
  if (isUntrusted(answer.code))
    return 'Скачайте корневые сертификаты Минцифры (gosuslugi.ru/crt) в PEM и укажите файл в MAX_CA_FILE.'
  return 'Проверьте исходящий доступ сервера к platform-api2.max.ru (или MAX_API_ROOT) по порту 443.'
}

async function updatesFinding(api: Api, within: Within, url: string | undefined): Promise<Finding> {
  const what = 'MAX: ответы клиентов'
  const subscriptions = await subscriptionsOf(api, within)
  if (subscriptions === undefined) return warning(what, 'MAX не сказал, кто на них подписан', 'Повторите проверку.')
  const hosts = subscriptions.filter((each) => each.url !== url).map((each) => hostOf(each.url))
  const others = hosts.join(', ')
  if (url === undefined)
    return others === ''
      ? good(what, 'опрос, подписок нет')
      : bad(
          what,
          `бота опрашивает вестник, но события уходят на ${others}: пока стоит подписка, опрос ничего не получает`,
          'Если подписку ставит другая программа, выключите её или выпустите новый токен; оставшуюся снимет worker при перезапуске.',
        )
  if (hosts.length === subscriptions.length)
    return bad(
      what,
      'подписки на наш адрес нет',
      `Служба подпишется на ${url} сама в течение 10 минут; MAX снимает подписку, если 8 часов не мог достучаться: проверьте PUBLIC_URL снаружи.`,
    )
  if (others !== '')
    return warning(what, `кроме нас подписан ${others}`, 'Если это не ваша программа, выпустите новый токен бота.')
  return good(what, 'подписка на месте')
}

/** Of a foreign address only the host: its path may be somebody's secret. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'другой адрес'
}
