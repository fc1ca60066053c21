import type { Channel, Update } from '../../../src/channels/channel.ts'
import { createMaxChannel, type MaxSettings } from '../../../src/channels/max/channel.ts'
import { startMaxEmulator } from '../../../src/sandbox/max/emulator.ts'
import { type ChannelHarness, channelSuite } from '../../contracts/channel-suite.ts'
import { hanging, refusing } from '../unreachable.ts'

/** By polling, for a webhook keeps no order after a failure; door.test.ts has the webhook. */
channelSuite('max', makeMaxHarness)

const phone = '+79031234567'

async function makeMaxHarness(): Promise<ChannelHarness> {
  const emulator = await startMaxEmulator()
  const hands = emulator.person(5_550_001, { firstName: 'Иван', lastName: 'Иванов', phone: phone.slice(1) })
  const settings: MaxSettings = {
    token: emulator.token,
    apiRoot: emulator.apiRoot,
    deadlineMs: 2_500,
    connectTimeoutMs: 1_200,
    getUpdatesTimeoutS: 5,
  }
  const closing: (() => Promise<void>)[] = []
  const opened = (change: Partial<MaxSettings> = {}): Channel => {
    const channel = createMaxChannel({ ...settings, ...change })
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
      if (what === 'token') return opened({ token: 'f9LHodD0cOLwrongwrongwrongwrong' })
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
          .map(({ text, picture, buttons }) => ({
            text,
            buttons: buttons.flat().map((button) => button.text),
            picture,
          })),
      start: (payload) => hands.start(payload === '' ? undefined : payload),
      say: hands.say,
      press: (text) => void hands.press(text),
      notice: () => hands.notice,
      shareOwnContact: hands.shareContact,
      forwardContact: (other) => hands.forwardContact(other, 777),
      block: hands.block,
      unblock: hands.unblock,
    },
    comesBackAs: 'start',
    strangerAddress: '5550002',
    faults: {
      limit: (s) => faults.limit(s),
      lostAnswer: () => faults.lostAnswer(),
      dropped: () => faults.dropped(),
      hang: () => faults.hang(),
      slow: (ms) => faults.slow(ms),
      garbage: () => faults.garbage(),
      serverError: () => faults.error(503, 'service.unavailable', 'Service unavailable'),
      rejectedMessage: () => faults.error(400, 'proto.payload', 'Invalid field: attachments.0.payload'),
      rejectedPicture: () =>
        faults.error(400, 'attachment.not.ready', 'Key: errors.process.attachment.file.not.processed'),
      updatesDropped: () => faults.dropped({ method: 'GET /updates' }),
    },
    sendCalls: () => emulator.calls['POST /messages'] ?? 0,
    secrets: [emulator.token, 'f9LHodD0cOL', 'Иванов', '127.0.0.1', String(hands.chatId)],
    // 1024 signs, and the suite counts two bytes a sign.
    limits: { text: 4000, payloadBytes: 2048 },
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
