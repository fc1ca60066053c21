import { once } from 'node:events'
import http from 'node:http'
import type { TestContext } from 'node:test'
import type { Channel, Update } from '../../../src/channels/channel.ts'
import { createVkChannel, type VkSettings } from '../../../src/channels/vk/channel.ts'
import { startVkEmulator, type VkEmulator } from '../../../src/sandbox/vk/emulator.ts'
import { portOf } from '../unreachable.ts'

export const secret = 'Sesam_open_1'

export function settingsOf({ token, groupId, apiRoot, callbacks }: VkEmulator): VkSettings {
  const { confirmation } = callbacks
  return {
    token,
    groupId,
    apiRoot,
    deadlineMs: 5_000,
    connectTimeoutMs: 3_000,
    pollWaitS: 5,
    callback: { confirmation, secret },
  }
}

export function pollingSettingsOf(emulator: VkEmulator): VkSettings {
  const { callback, ...polling } = settingsOf(emulator)
  return polling
}

export async function scene(
  t: TestContext,
  change: Partial<VkSettings> = {},
): Promise<{ emulator: VkEmulator; channel: Channel }> {
  const emulator = await startVkEmulator()
  const channel = createVkChannel({ ...settingsOf(emulator), ...change })
  t.after(async () => {
    await channel.close()
    await emulator.close()
  })
  return { emulator, channel }
}

/** An HTTP server in front of the channel's door, which VK knows; what cannot be handled is answered 503. */
export async function openDoor(
  { emulator, channel }: { emulator: VkEmulator; channel: Channel },
  handle: (update: Update) => Promise<void>,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = http.createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const reading = channel.door?.read({ method: 'POST', headers: request.headers, query: {}, body })
    try {
      for (const update of reading?.updates ?? []) await handle(update)
      response.writeHead(reading?.status ?? 404).end(reading?.body)
    } catch {
      response.writeHead(503).end()
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${portOf(server.address())}/channels/vk`
  const { status } = await emulator.callbacks.connect(url, secret)
  if (status !== 'ok') throw new Error(`the door did not confirm itself: ${status}`)
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Begins to poll, and answers once VK has been asked for events, for it tells nothing of those before. */
export async function startPolling(
  emulator: VkEmulator,
  channel: Channel,
  handle: (update: Update) => Promise<void>,
): Promise<{ troubles: { code: string; description: string; fatal: boolean }[]; stop(): Promise<void> }> {
  const stopping = new AbortController()
  const troubles: { code: string; description: string; fatal: boolean }[] = []
  const before = emulator.longPoll.polls
  const ended = channel.receive?.({
    signal: stopping.signal,
    handle,
    onTrouble: (trouble) => void troubles.push(trouble),
  })
  const end = Date.now() + 10_000
  while (emulator.longPoll.polls === before && troubles.length === 0 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return {
    troubles,
    async stop() {
      stopping.abort()
      await ended
    },
  }
}
