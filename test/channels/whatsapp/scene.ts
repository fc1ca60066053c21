import { once } from 'node:events'
import http from 'node:http'
import type { Channel, Update } from '../../../src/channels/channel.ts'
import { createWhatsAppChannel, type WhatsAppSettings } from '../../../src/channels/whatsapp/channel.ts'
import {
  type EmulatorOptions,
  startWhatsAppEmulator,
  type WhatsAppEmulator,
} from '../../../src/sandbox/whatsapp/emulator.ts'
import { type Cleanup, cleanup } from '../../support/cleanup.ts'
import { portOf } from '../unreachable.ts'

export const paidTemplate = {
  name: 'vestnik_payout_paid',
  body: 'Выплата {{1}} за лом: {{2}}. Зачислена {{3}}, {{4}}. Спасибо!',
}

export const templates: WhatsAppSettings['templates'] = {
  'payout.paid': {
    name: paidTemplate.name,
    language: 'ru',
    parameters: ['сумма', 'материал_родительный', 'способ', 'время'],
  },
}

export function settingsOf(emulator: WhatsAppEmulator, change: Partial<WhatsAppSettings> = {}): WhatsAppSettings {
  const { token, apiRoot, phoneNumberId, appSecret, verifyToken } = emulator
  const timing = { deadlineMs: 2_500, connectTimeoutMs: 1_200 }
  return { token, apiRoot, phoneNumberId, appSecret, verifyToken, templates, ...timing, ...change }
}

export type Scene = { emulator: WhatsAppEmulator; channel: Channel }

export async function scene(t: Cleanup, options: EmulatorOptions = {}): Promise<Scene> {
  const emulator = await startWhatsAppEmulator(options)
  cleanup(t, () => emulator.close())
  const channel = createWhatsAppChannel(settingsOf(emulator))
  cleanup(t, () => channel.close())
  return { emulator, channel }
}

/** A server with the channel's door, and Meta told of it. */
export async function openDoor(
  { emulator, channel }: Scene,
  handle: (update: Update) => Promise<void>,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const method = request.method === 'GET' ? 'GET' : 'POST'
    const body = Buffer.concat(await request.toArray())
    const read = channel.door?.read({
      method,
      headers: request.headers,
      query: Object.fromEntries(url.searchParams),
      body,
    })
    try {
      for (const update of read?.updates ?? []) await handle(update)
      response.writeHead(read?.status ?? 404).end(read?.body)
    } catch {
      response.writeHead(503).end()
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${portOf(server.address())}/channels/whatsapp`
  await emulator.webhooks.connect(url)
  return {
    url,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
