import type { Channel } from '../../../src/channels/channel.ts'
import { createVkChannel, type VkSettings } from '../../../src/channels/vk/channel.ts'
import { startVkEmulator, type VkEmulator } from '../../../src/sandbox/vk/emulator.ts'
import { type ChannelHarness, channelSuite } from '../../contracts/channel-suite.ts'
import { hanging, refusing } from '../unreachable.ts'
import { openDoor, pollingSettingsOf, settingsOf, startPolling } from './scene.ts'

// VK gives a community nobody's phone (reference of the messengers, §3.6).
channelSuite('vk by callback', () => makeVkHarness('callback'), { contacts: true, pictures: true })
channelSuite('vk by long poll', () => makeVkHarness('polling'), { contacts: true, pictures: true })

async function makeVkHarness(way: 'callback' | 'polling'): Promise<ChannelHarness> {
  const emulator = await startVkEmulator()
  const hands = emulator.person(5_550_001, { firstName: 'Иван', lastName: 'Иванов' })
  // Otherwise his first message would be told of twice, as a permission and as a message.
  hands.allow()
  const settings: VkSettings = {
    ...(way === 'callback' ? settingsOf(emulator) : pollingSettingsOf(emulator)),
    deadlineMs: 2_500,
    connectTimeoutMs: 1_200,
  }
  const closing: (() => Promise<void>)[] = []
  const opened = (change: Partial<VkSettings> = {}): Channel => {
    const channel = createVkChannel({ ...settings, ...change })
    closing.unshift(() => channel.close())
    return eachItsOwn(channel)
  }
  const channel = opened()
  const { faults } = emulator
  return {
    channel,
    deadlineMs: settings.deadlineMs,
    connectTimeoutMs: settings.connectTimeoutMs,
    async broken(what) {
      if (what === 'token') return opened({ token: 'vk1.a.wrongwrongwrongwrongwrong' })
      const place = what === 'refused' ? await refusing() : await hanging()
      closing.push(() => place.close())
      return opened({ apiRoot: `http://127.0.0.1:${place.port}/method` })
    },
    person: {
      address: String(hands.id),
      phone: '+79031234567',
      received: () =>
        hands.messages
          .filter((message) => message.from === 'group')
          .map(({ text, buttons }) => ({ text: asSeen(text), buttons: buttons.flat().map((button) => button.text) })),
      start: (payload) => hands.start(payload === '' ? {} : { ref: payload }),
      say: (text) => hands.say(text),
      press: (text) => void hands.press(text),
      notice: () => hands.notice,
      shareOwnContact: () => undefined,
      forwardContact: () => undefined,
      block: hands.block,
      unblock: hands.unblock,
    },
    strangerAddress: '5550002',
    faults: {
      limit: (s) => faults.limit(s),
      lostAnswer: () => faults.lostAnswer(),
      dropped: () => faults.dropped(),
      hang: () => faults.hang(),
      slow: (ms) => faults.slow(ms),
      garbage: () => faults.garbage(),
      serverError: () => faults.http(502),
      rejectedMessage: () => faults.error(100, 'One of the parameters specified was missing or invalid: message'),
      ...(way === 'polling' && { updatesDropped: () => faults.dropped({ method: 'a_check' }) }),
    },
    sendCalls: () => emulator.calls['messages.send'] ?? 0,
    secrets: [emulator.token, 'vk1.a.wrong', 'Иванов', '127.0.0.1', '/method'],
    limits: { text: 4096, payloadBytes: 247 },
    receive: async (handle) => receiving(emulator, channel, way, handle),
    async close() {
      for (const close of closing) await close()
      await emulator.close()
    },
  }
}

/** The suite sends many messages under one delivery id, which VK would take for repeats of the first. */
function eachItsOwn(channel: Channel): Channel {
  let sent = 0
  return { ...channel, send: (request) => channel.send({ ...request, deliveryId: `${request.deliveryId}-${sent++}` }) }
}

/** A word joiner is not seen. */
function asSeen(text: string): string {
  return text.replaceAll('\u2060', '')
}

async function receiving(
  emulator: VkEmulator,
  channel: Channel,
  way: 'callback' | 'polling',
  handle: Parameters<ChannelHarness['receive']>[0],
) {
  if (way === 'callback') {
    const door = await openDoor({ emulator, channel }, handle)
    return { troubles: [], stop: () => door.close() }
  }
  const polling = await startPolling(emulator, channel, handle)
  return { troubles: polling.troubles.map(({ code }) => code), stop: polling.stop }
}
