import { z } from 'zod'
import { bad, type Finding, good, warning } from '../../lib/finding.ts'
import { type Answer, type Api, type CallSettings, createApi } from './call.ts'
import { createProxies } from './proxies.ts'

type Within = (call: (signal: AbortSignal) => Promise<Answer>) => Promise<Answer>

/** The token and the way to Telegram, each proxy by itself, and who is told of updates. */
export async function inspect(
  settings: CallSettings,
  all: readonly URL[],
  within: Within,
  url: string | undefined,
): Promise<Finding[]> {
  const api = createApi(settings, createProxies(all))
  try {
    const me = await within((signal) => api.call('getMe', {}, signal))
    const proxies = await Promise.all(all.map((each) => proxyFinding(settings, within, each)))
    const updates = me.kind === 'result' ? [await updatesFinding(api, within, url)] : []
    return [botFinding(me, all), ...proxies, ...updates]
  } finally {
    api.close()
  }
}

const meSchema = z.object({ username: z.string() })

function botFinding(answer: Answer, proxies: readonly URL[]): Finding {
  const what = 'Telegram: бот'
  switch (answer.kind) {
    case 'result':
      return good(what, `@${meSchema.safeParse(answer.result).data?.username ?? 'без имени'}`)
    case 'refusal':
      return answer.status === 401 || answer.status === 404
        ? bad(
            what,
            `Telegram не принимает токен: ${answer.description}`,
            'Возьмите действующий токен у @BotFather (/mybots → API Token), впишите его в TELEGRAM_BOT_TOKEN и перезапустите службу.',
          )
        : bad(
            what,
            answer.description,
            'Повторите проверку через несколько минут; не поможет — смотрите ответ Telegram.',
          )
    case 'not_connected':
    case 'lost':
      return bad(
        what,
        `до Telegram нет связи: ${answer.code}`,
        proxies.length === 0
          ? 'В российских сетях Telegram блокируется: задайте TELEGRAM_PROXY_URL (прокси http или socks5) или TELEGRAM_API_ROOT (свой обратный прокси).'
          : 'Ни через один прокси из TELEGRAM_PROXY_URL Telegram не отвечает: см. строки о прокси.',
      )
  }
}

async function proxyFinding(settings: CallSettings, within: Within, proxy: URL): Promise<Finding> {
  const what = `Telegram: прокси ${proxy.protocol}//${proxy.host}`
  const api = createApi(settings, createProxies([proxy]))
  try {
    const answer = await within((signal) => api.call('getMe', {}, signal))
    if (answer.kind === 'result' || answer.kind === 'refusal') return good(what, 'пропускает')
    return warning(what, `не пропускает: ${answer.code}`, remedyOf(answer.code))
  } finally {
    api.close()
  }
}

function remedyOf(code: string): string {
  if (code === 'proxy_407' || code === 'proxy_socks_auth')
    return 'Прокси не принял имя и пароль: проверьте их в TELEGRAM_PROXY_URL (знаки @ : / пишутся как %40 %3A %2F).'
  return 'Проверьте адрес и порт прокси, и что сам прокси достаёт до Telegram; лишний уберите из TELEGRAM_PROXY_URL.'
}

const infoSchema = z.object({
  url: z.string(),
  pending_update_count: z.number().default(0),
  last_error_date: z.number().optional(),
  last_error_message: z.string().optional(),
})

async function updatesFinding(api: Api, within: Within, url: string | undefined): Promise<Finding> {
  const what = 'Telegram: ответы клиентов'
  const answer = await within((signal) => api.call('getWebhookInfo', {}, signal))
  const info = answer.kind === 'result' ? infoSchema.safeParse(answer.result).data : undefined
  if (info === undefined) return warning(what, 'Telegram не сказал, куда их шлёт', 'Повторите проверку.')
  if (url === undefined) {
    if (info.url === '') return good(what, 'опрос, вебхук не задан')
    return bad(
      what,
      `бота опрашивает вестник, но у бота задан вебхук на ${hostOf(info.url)}: пока он стоит, ответы клиентов сюда не придут`,
      'Если вебхук ставит другая программа, выключите её или выпустите новый токен у @BotFather; оставшийся вебхук снимет worker при перезапуске.',
    )
  }
  if (info.url !== url)
    return bad(
      what,
      info.url === '' ? 'вебхук не задан' : `вебхук задан на ${hostOf(info.url)}`,
      `Должно быть ${url}: перезапустите worker. Если адрес снова меняется, тот же токен использует другая программа.`,
    )
  const failedAgoS = Date.now() / 1000 - (info.last_error_date ?? 0)
  if (failedAgoS < 3_600 || info.pending_update_count > 100)
    return warning(
      what,
      `ждут ${info.pending_update_count}, последняя ошибка Telegram: ${(info.last_error_message ?? 'нет').slice(0, 120)}`,
      'Проверьте, что PUBLIC_URL открывается из интернета и сертификат действует.',
    )
  return good(what, 'вебхук задан, ошибок за последний час нет')
}

/** Of a foreign address only the host: its path may be somebody's secret. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'другой адрес'
}
