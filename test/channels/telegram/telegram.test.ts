import type { Channel, Update } from '../../../src/channels/channel.ts'
import { createTelegramChannel, type TelegramSettings } from '../../../src/channels/telegram/channel.ts'
import { startTelegramEmulator } from '../../../src/sandbox/telegram/emulator.ts'
import { type ChannelHarness, channelSuite } from '../../contracts/channel-suite.ts'
import { hanging, refusing } from '../unreachable.ts'

channelSuite('telegram', makeTelegramHarness)

const phone = '+79031234567'

async function makeTelegramHarness(): Promise<ChannelHarness> {
  const emulator = await startTelegramEmulator()
  const hands = emulator.person(5_550_001, { firstName: 'Иван', lastName: 'Иванов', phone: phone.slice(1) })
  const settings: TelegramSettings = {
    token: emulator.token,
    apiRoot: emulator.apiRoot,
    deadlineMs: 2_500,
    connectTimeoutMs: 1_200,
    getUpdatesTimeoutS: 5,
  }
  const closing: (() => Promise<void>)[] = []
  const opened = (change: Partial<TelegramSettings> = {}): Channel => {
    const channel = createTelegramChannel({ ...settings, ...change })
    closing.unshift(() => channel.close())
    return channel
  }
  const channel = opened()
  const { faults } = emulator
  return {
    channel,
    deadlineMs: settings.deadlineMs,
    connectTimeoutMs: settings.connectTimeoutMs,
    async broken(what) {
      if (what === 'token') return opened({ token: '7000000001:AAwrongwrongwrongwrong' })
      const place = what === 'refused' ? await refusing() : await hanging()
      closing.push(() => place.close())
      return opened({ apiRoot: `http://127.0.0.1:${place.port}` })
    },
    person: {
      address: String(hands.id),
      phone,
      received: () =>
        hands.messages
          .filter((message) => message.from === 'bot')
          .map(({ text, photo, buttons }) => ({
            text,
            buttons: buttons.flat().map((button) => button.text),
            picture: photo,
          })),
      start: (payload) => hands.start(payload === '' ? undefined : payload.replaceAll(' ', '_')),
      say: hands.say,
      press: (text) => void hands.press(text),
      notice: () => hands.notice,
      shareOwnContact: hands.shareContact,
      forwardContact: (other) => hands.forwardContact(other, 777),
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
      serverError: () => faults.error(502, 'Bad Gateway'),
      rejectedMessage: () => faults.error(400, 'Bad Request: BUTTON_URL_INVALID'),
      rejectedPicture: () => faults.error(400, 'Bad Request: failed to get HTTP URL content', { method: 'sendPhoto' }),
      updatesDropped: () => faults.dropped({ method: 'getUpdates' }),
    },
    sendCalls: () => emulator.calls['sendmessage'] ?? 0,
    secrets: [emulator.token, '7000000001', 'AAwrong', 'Иванов', '127.0.0.1', '/bot'],
    limits: { text: 4096, payloadBytes: 64 },
    receive: async (handle) => receiving(channel, handle),
    async close() {
      for (const close of closing) await close()
      await emulator.close()
    },
  }
}

function receiving(channel: Channel, handle: (update: Update) => Promise<void>) {
  const stopping = new AbortController()
  const troubles: string[] = []
  const ended = channel.receive?.({
    signal: stopping.signal,
    handle,
    onTrouble: ({ code }) => void troubles.push(code),
  })
  return {
    troubles,
    async stop() {
      stopping.abort()
      await ended
    },
  }
}
