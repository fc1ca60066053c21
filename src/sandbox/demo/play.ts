import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { TelegramEmulator } from '../telegram/emulator.ts'
import { type Scene, scenes } from './scenes.ts'

export type Stage = { url: string; senderKey: string; adminKey: string; telegram: TelegramEmulator }

const client = { chatId: '100200300', phone: '79031234567' }
const deadlineMs = 15_000

/** Plays the scenes and prints each with what came of it. Answers how many did not come out as they should. */
export async function play(stage: Stage): Promise<number> {
  write('A client opens the bot, agrees and shares his own number:\n')
  await link(stage)
  let failures = 0
  const run = Date.now().toString(16).padStart(12, '0')
  for (const scene of scenes(run, new Date())) {
    const problem = await playScene(stage, scene)
    if (problem !== undefined) {
      failures++
      write(`  PROBLEM: ${problem}\n`)
    }
  }
  return failures
}

async function link({ telegram }: Stage): Promise<void> {
  const person = telegram.person(Number(client.chatId), { firstName: 'Иван', lastName: 'Иванов', phone: client.phone })
  const said = () => telegram.received.filter((each) => each.chatId === client.chatId)
  const next = async (isIt: (message: TelegramEmulator['received'][number]) => boolean) => {
    const message = await telegram.waitFor((each) => each.chatId === client.chatId && isIt(each), deadlineMs)
    write(`${indent(`bot: ${message.text}`)}\n`)
  }
  write('  client: /start\n')
  person.start()
  await next((each) => each.buttons.length > 0 || /уже подключены/.test(each.text))
  if (said().at(-1)?.buttons.length === 0) return
  write('  client presses «Согласен»\n')
  person.press('Согласен')
  await next((each) => each.keyboard.length > 0 || /^Готово/.test(each.text))
  if (/^Готово/.test(said().at(-1)?.text ?? '')) return
  write('  client presses «Отправить мой номер»\n')
  person.shareContact()
  await next((each) => /^Готово/.test(each.text))
}

async function playScene(stage: Stage, scene: Scene): Promise<string | undefined> {
  write(`\n── ${scene.title}\n`)
  write(`${indent(preview(scene.body))}\n`)
  const answer = await post(stage, scene.body)
  write(`  ← ${answer.status} ${answer.message}\n`)
  if (answer.id === undefined) return 'the event was not accepted'
  const item = await journalItem(stage, answer.id)
  if (item === undefined) return 'no line in the journal'
  const received = stage.telegram.received.find((each) => String(each.messageId) === item.providerMessageId)
  if (received) write(`${indent(received.text, '  │ ')}\n`)
  const words = [item.at, item.type, item.operation.number ?? item.operation.id, item.channel, item.state, item.reason]
  write(`  journal: ${words.filter((each) => each !== undefined).join(' · ')}\n`)
  return problemOf(scene, item.state, item.reason, received?.text === item.text)
}

function problemOf(scene: Scene, state: string, reason: string | undefined, hasArrived: boolean): string | undefined {
  if (typeof scene.expected === 'object') {
    return state === 'skipped' && reason === scene.expected.skipped
      ? undefined
      : `expected skipped: ${scene.expected.skipped}`
  }
  if (scene.expected === 'waits at night' && state === 'waiting') return undefined
  return state === 'sent' && hasArrived ? undefined : 'the message did not arrive'
}

const answerSchema = z.object({
  message: z.string(),
  results: z.array(z.object({ id: z.string().optional() })).default([]),
})

async function post(
  { url, senderKey }: Stage,
  body: Buffer,
): Promise<{ status: number; message: string; id: string | undefined }> {
  const response = await fetch(`${url}/webhooks/1c`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${senderKey}`,
      'content-type': 'application/json',
      'user-agent': '1C+Enterprise/8.3',
    },
    body: new Uint8Array(body),
  })
  const answer = answerSchema.parse(await response.json())
  return { status: response.status, message: answer.message, id: answer.results[0]?.id }
}

const journalSchema = z.object({
  items: z.array(
    z.object({
      eventId: z.string(),
      at: z.string(),
      type: z.string(),
      operation: z.object({ id: z.string().optional(), number: z.string().optional() }),
      channel: z.string().optional(),
      state: z.string(),
      reason: z.string().optional(),
      providerMessageId: z.string().optional(),
      text: z.string().optional(),
    }),
  ),
})
type Item = z.output<typeof journalSchema>['items'][number]

/** The journal line of that event, once it has come to rest. */
async function journalItem({ url, adminKey }: Stage, eventId: string): Promise<Item | undefined> {
  const deadline = Date.now() + deadlineMs
  let item: Item | undefined
  while (Date.now() < deadline) {
    const response = await fetch(`${url}/api/v1/journal?limit=20`, { headers: { authorization: `Bearer ${adminKey}` } })
    item = journalSchema.parse(await response.json()).items.find((each) => each.eventId === eventId)
    const isWaitingForMorning = item?.state === 'waiting' && item.type === 'installment.reminder'
    if (item && (['sent', 'skipped', 'failed'].includes(item.state) || isWaitingForMorning)) return item
    await pause(50)
  }
  return item
}

function preview(body: Buffer): string {
  return `POST /webhooks/1c  ${body
    .toString()
    .replace('\ufeff', '<BOM>')
    .replace(/\r\n\t*/g, ' ')}`
}

function indent(text: string, margin = '  '): string {
  return text.replace(/^/gm, margin)
}

function write(text: string): void {
  process.stdout.write(text)
}
