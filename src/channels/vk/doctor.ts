import { bad, type Finding, good, warning } from '../../lib/finding.ts'
import type { Api } from './call.ts'
import { lookForServer } from './door.ts'
import { probe } from './probe.ts'

type Settings = { groupId: string; deadlineMs: number; callback?: { confirmation: string; secret: string } }

/** The key, its community and rights, and the address of the Callback API. */
export async function inspect(api: Api, settings: Settings, url: string | undefined): Promise<Finding[]> {
  const { groupId, deadlineMs, callback } = settings
  const probed = await probe(api, groupId, deadlineMs)
  if (!probed.ok) return [bad('ВКонтакте: сообщество', probed.detail, remedyOf(probed.detail))]
  const community = good('ВКонтакте: сообщество', probed.detail)
  const what = 'ВКонтакте: ответы клиентов'
  if (!callback) return [community, good(what, 'опрос (Bots Long Poll)')]
  if (url === undefined)
    return [
      community,
      warning(what, 'адрес сервера не проверен: не задан PUBLIC_URL', 'Задайте PUBLIC_URL или VK_UPDATES=polling.'),
    ]
  const server = await lookForServer(api, { groupId, deadlineMs }, url)
  return [
    community,
    server.ok
      ? good(what, server.detail)
      : bad(
          what,
          server.detail,
          `В управлении сообществом: Работа с API → Callback API → адрес ${url}, секретный ключ VK_SECRET, кнопка «Подтвердить».`,
        ),
  ]
}

function remedyOf(detail: string): string {
  if (/нет (соединения|ответа)/.test(detail))
    return 'Проверьте исходящий доступ сервера к api.vk.ru (или VK_API_ROOT) по порту 443.'
  if (detail.startsWith('VK_GROUP_ID')) return 'Впишите в VK_GROUP_ID номер того сообщества, чей ключ в VK_TOKEN.'
  return 'Создайте ключ с правом «Сообщения сообщества» (Управление → Работа с API → Ключи доступа) и впишите его в VK_TOKEN.'
}
