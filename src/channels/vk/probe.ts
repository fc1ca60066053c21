import { z } from 'zod'
import type { Answer, Api } from './call.ts'
import { mayWriteMessages, resultOf } from './send.ts'

const groupsSchema = z.object({ groups: z.array(z.object({ id: z.int(), name: z.string() })).min(1) })

/** Without a parameter groups.getById tells whose key this is. */
export async function probe(api: Api, groupId: string, deadlineMs: number): Promise<{ ok: boolean; detail: string }> {
  const answer = await api.call('groups.getById', {}, deadlineMs)
  if (answer.kind !== 'result') return { ok: false, detail: detailOf(answer) }
  const group = groupsSchema.safeParse(resultOf(answer)).data?.groups[0]
  if (!group) return { ok: false, detail: 'VK_TOKEN: это не ключ сообщества' }
  if (String(group.id) !== groupId) return { ok: false, detail: `VK_GROUP_ID: ключ от другого сообщества, ${group.id}` }
  if ((await mayWriteMessages(api, deadlineMs)) === false) {
    return { ok: false, detail: 'VK_TOKEN: у ключа нет права «Сообщения сообщества»' }
  }
  return { ok: true, detail: `«${group.name}», vk.com/club${group.id}` }
}

function detailOf(answer: Exclude<Answer, { kind: 'result' }>): string {
  switch (answer.kind) {
    case 'refusal':
      return answer.description
    case 'busy':
      return 'ВКонтакте просит подождать'
    case 'lost':
      return `нет ответа: ${answer.code}`
    case 'not_connected':
      return `нет соединения: ${answer.code}`
  }
}
