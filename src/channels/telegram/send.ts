import { z } from 'zod'
import type { Outcome, SendRequest } from '../channel.ts'
import type { Message } from '../message.ts'
import type { Answer, Api } from './call.ts'
import { faultOf, fitsCaption, layOut, layOutPhoto, layOutPlain } from './layout.ts'
import { isMarkupRefused, outcomeOf } from './outcome.ts'
import type { Pictures, Shown } from './pictures.ts'

/** One message to one person: with its picture where Telegram takes it, else without, but never both. */
export async function send(
  api: Api,
  pictures: Pictures,
  { address, message }: SendRequest,
  signal: AbortSignal,
): Promise<Outcome> {
  const fault = faultOf(message)
  if (fault) return { kind: 'broken', scope: 'message', ...fault }
  if (message.upload && fitsCaption(message.text))
    return await sendUpload(api, address, message, message.upload, signal)
  const shown = message.picture && fitsCaption(message.text) ? await pictures.take(message.picture.url) : undefined
  if (!shown) return await sendText(api, address, message, signal)
  return await sendPhoto(api, shown, address, message, signal)
}

async function sendText(api: Api, address: string, message: Message, signal: AbortSignal): Promise<Outcome> {
  const answer = await api.call('sendMessage', layOut(address, message), signal)
  if (!isMarkupRefused(answer)) return outcomeOf(answer)
  return outcomeOf(await api.call('sendMessage', layOutPlain(address, message), signal))
}

async function sendPhoto(
  api: Api,
  shown: Shown,
  address: string,
  message: Message,
  signal: AbortSignal,
): Promise<Outcome> {
  let result: Parameters<Shown['end']>[0] = { kind: 'untold' }
  try {
    const answer = await api.call('sendPhoto', layOutPhoto(address, message, shown.photo), signal)
    const outcome = outcomeOf(answer)
    if (outcome.kind === 'sent') result = { kind: 'shown', fileId: fileIdIn(answer) }
    // Telegram may have waited for a slow host until our time was up: the repeat must not depend on it again.
    if (outcome.kind === 'unknown') result = { kind: 'spoilt' }
    if (!mayPassAsText(outcome)) return outcome
    const asText = await sendText(api, address, message, signal)
    // What passes without the picture was refused for its sake.
    if (asText.kind === 'sent' || asText.kind === 'unknown') result = { kind: 'spoilt' }
    return asText
  } finally {
    shown.end(result)
  }
}

/** A picture that is uploaded with its caption; refused, the words go alone. */
async function sendUpload(
  api: Api,
  address: string,
  message: Message,
  { name, bytes }: NonNullable<Message['upload']>,
  signal: AbortSignal,
): Promise<Outcome> {
  const photo = { source: bytes, filename: name }
  const outcome = outcomeOf(await api.call('sendPhoto', layOutPhoto(address, message, photo), signal))
  return mayPassAsText(outcome) ? await sendText(api, address, message, signal) : outcome
}

/** A refusal, so nothing was sent, that is neither about this person nor about a limit. */
function mayPassAsText(outcome: Outcome): boolean {
  return outcome.kind === 'broken' || (outcome.kind === 'refused' && outcome.reason === 'rejected_by_channel')
}

const photoSchema = z.object({ photo: z.array(z.object({ file_id: z.string().min(1) })) })

/** The largest size stands last (core.telegram.org/bots/api, PhotoSize). */
function fileIdIn(answer: Answer): string | undefined {
  const sent = photoSchema.safeParse(answer.kind === 'result' ? answer.result : undefined)
  return sent.data?.photo.at(-1)?.file_id
}
