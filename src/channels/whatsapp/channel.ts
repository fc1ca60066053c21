import { z } from 'zod'
import type { Channel, Outcome, SendRequest } from '../channel.ts'
import { remembered } from '../remembered.ts'
import { type Answer, type Api, type CallSettings, createApi } from './call.ts'
import { inspect } from './doctor.ts'
import { createDoor, type DoorSettings } from './door.ts'
import { addressed, type Laid, layOutFree, layOutTemplate, type WhatsAppTemplates } from './layout.ts'
import { isWindowShut, outcomeOf } from './outcome.ts'

export type { WhatsAppTemplate, WhatsAppTemplates } from './layout.ts'

export type WhatsAppSettings = CallSettings & DoorSettings & { templates: WhatsAppTemplates }

export function createWhatsAppChannel(settings: WhatsAppSettings): Channel {
  const api = createApi(settings)
  const ownNumber = remembered(async () => numberIn(await api.number())?.display_phone_number.replace(/\D/g, ''))
  return {
    name: 'whatsapp',
    send: (request) => send(api, settings, request),
    answerPress: (press, notice) => answerPress(api, press, notice),
    door: createDoor(settings),
    probe: async () => probeOf(await api.number()),
    linkTo: async (payload) => {
      const number = await ownNumber()
      return number === undefined
        ? undefined
        : `https://wa.me/${number}?text=${encodeURIComponent(`/start ${payload}`)}`
    },
    inspect: () => inspect(api, settings.templates),
    close: async () => api.close(),
  }
}

/** Free words in an open conversation, an approved template outside of it; a template also when Meta's clock says so. */
async function send(api: Api, { templates, deadlineMs }: WhatsAppSettings, request: SendRequest): Promise<Outcome> {
  const endsAt = performance.now() + deadlineMs
  if (addressed(request.address) === undefined) return notOurs
  const template = () => templated(templates, request)
  if (!isConversationOpen(request.lastWroteAt, new Date())) return await sendLaid(api, template(), deadlineMs)
  const free = layOutFree(request)
  if (!free.ok) return brokenBy(free.fault)
  const answer = await api.messages(free.payload)
  if (isWindowShut(answer) && request.message.about !== undefined)
    return await sendLaid(api, template(), endsAt - performance.now())
  return outcomeOf(answer)
}

async function sendLaid(api: Api, laid: Laid, leftMs: number): Promise<Outcome> {
  return laid.ok ? outcomeOf(await api.messages(laid.payload, leftMs)) : brokenBy(laid.fault)
}

function templated(templates: WhatsAppTemplates, request: SendRequest): Laid {
  const { about } = request.message
  const template = about && (Object.hasOwn(templates, about.type) ? templates[about.type] : undefined)
  if (about && template) return layOutTemplate(request, template, about)
  const description = 'Клиент не писал нам больше 24 часов, а шаблона WhatsApp для такого сообщения нет.'
  return { ok: false, fault: { code: about ? 'no_template' : 'window_shut', description } }
}

function brokenBy(fault: { code: string; description: string }): Outcome {
  return { kind: 'broken', scope: 'message', ...fault }
}

const notOurs: Outcome = {
  kind: 'refused',
  reason: 'not_found',
  code: 'address_invalid',
  description: 'Это не номер WhatsApp: нужны цифры с кодом страны.',
}

/** 24 hours of Meta's clock, less what ours may differ and what the way may take. */
const openForMs = 24 * 3_600_000 - 5 * 60_000

function isConversationOpen(lastWroteAt: Date | undefined, now: Date): boolean {
  return lastWroteAt !== undefined && now.getTime() - lastWroteAt.getTime() < openForMs
}

/** WhatsApp shows no wheel on a button: the press is marked as read, and a notice is a message that answers it. */
async function answerPress(
  api: Api,
  { pressId, address }: { pressId: string; address: string },
  notice?: string,
): Promise<void> {
  if (notice === undefined) {
    await api.messages({ messaging_product: 'whatsapp', status: 'read', message_id: pressId })
    return
  }
  const laid = layOutFree({ address, message: { text: notice }, deliveryId: `press-${pressId}` })
  if (laid.ok) await api.messages({ ...laid.payload, context: { message_id: pressId } })
}

const numberSchema = z.object({ display_phone_number: z.string(), verified_name: z.string().optional() })

function numberIn(answer: Answer) {
  return answer.kind === 'result' ? numberSchema.safeParse(answer.result).data : undefined
}

function probeOf(answer: Answer): { ok: boolean; detail: string } {
  if (answer.kind === 'result') return { ok: true, detail: numberIn(answer)?.verified_name ?? 'номер отвечает' }
  if (answer.kind === 'refusal') return { ok: false, detail: `whatsapp_${answer.error.code}: ${answer.error.said}` }
  return { ok: false, detail: `${answer.kind === 'lost' ? 'нет ответа' : 'нет соединения'}: ${answer.code}` }
}
