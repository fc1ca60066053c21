import { z } from 'zod'
import { bad, type Finding, good, warning } from '../../lib/finding.ts'
import type { Answer, Api } from './call.ts'
import type { WhatsAppTemplates } from './layout.ts'

/** The token, the number, and whether each template that a message may need is approved. */
export async function inspect(api: Api, templates: WhatsAppTemplates): Promise<Finding[]> {
  const number = await api.number()
  if (number.kind !== 'result') return [bad('WhatsApp: номер', detailOf(number), remedyOf(number))]
  const name = z.object({ verified_name: z.string() }).safeParse(number.result).data?.verified_name
  return [good('WhatsApp: номер', name ?? 'отвечает'), await templatesFinding(api, templates)]
}

function detailOf(answer: Exclude<Answer, { kind: 'result' }>): string {
  if (answer.kind === 'refusal') return `Meta отказала: ${answer.error.code} ${answer.error.said}`
  return `${answer.kind === 'lost' ? 'нет ответа' : 'нет соединения'}: ${answer.code}`
}

function remedyOf(answer: Exclude<Answer, { kind: 'result' }>): string {
  if (answer.kind !== 'refusal')
    return 'Из российских сетей Graph API доступен только через обратный прокси или VPN: проверьте WHATSAPP_API_ROOT.'
  return answer.error.code === 190
    ? 'Выпустите постоянный токен системного пользователя (Business Manager → Системные пользователи) и впишите его в WHATSAPP_TOKEN.'
    : 'Проверьте WHATSAPP_PHONE_NUMBER_ID (это id номера, а не сам номер) и права токена на него.'
}

const tokenSchema = z.object({
  data: z.object({
    granular_scopes: z.array(z.object({ scope: z.string(), target_ids: z.array(z.string()).default([]) })).default([]),
  }),
})
const templatesSchema = z.object({
  data: z.array(z.object({ name: z.string(), language: z.string(), status: z.string() })),
})

/** The account is not among our settings: the token itself names those that gave it their templates. */
async function templatesFinding(api: Api, templates: WhatsAppTemplates): Promise<Finding> {
  const what = 'WhatsApp: шаблоны'
  const token = await api.ownToken()
  const scopes = token.kind === 'result' ? tokenSchema.safeParse(token.result).data?.data.granular_scopes : undefined
  const accounts = scopes?.find(({ scope }) => scope === 'whatsapp_business_management')?.target_ids ?? []
  const lists = await Promise.all(accounts.slice(0, 5).map((account) => listOf(api, account)))
  const known = lists.flatMap((each) => each ?? [])
  if (lists.every((each) => each === undefined))
    return warning(
      what,
      'не проверены: токен не видит шаблоны',
      'Дайте системному пользователю право whatsapp_business_management на аккаунт WhatsApp или проверьте шаблоны в WhatsApp Manager.',
    )
  const wrong = Object.values(templates).flatMap(({ name, language }) => {
    const status = known.find((each) => each.name === name && each.language === language)?.status
    return status === 'APPROVED' ? [] : [`${name} (${language}): ${status ?? 'нет'}`]
  })
  if (wrong.length === 0) return good(what, `одобрены все ${Object.keys(templates).length}`)
  return bad(
    what,
    `не одобрены: ${wrong.join('; ')}`,
    'Создайте или отправьте на проверку эти шаблоны в WhatsApp Manager либо назовите свои в WHATSAPP_TEMPLATES (docs/ru/kanaly-whatsapp.md).',
  )
}

async function listOf(api: Api, account: string) {
  if (!/^\d{1,32}$/.test(account)) return undefined
  const answer = await api.read(`${account}/message_templates?fields=name,language,status&limit=500`)
  return answer.kind === 'result' ? templatesSchema.safeParse(answer.result).data?.data : undefined
}
