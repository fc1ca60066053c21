import type { Channel } from '../../../src/channels/channel.ts'
import { createWhatsAppChannel, type WhatsAppSettings } from '../../../src/channels/whatsapp/channel.ts'
import { type ChatMessage, startWhatsAppEmulator } from '../../../src/sandbox/whatsapp/emulator.ts'
import { type ChannelHarness, channelSuite } from '../../contracts/channel-suite.ts'
import { hanging, refusing } from '../unreachable.ts'
import { openDoor, settingsOf } from './scene.ts'

// WhatsApp has no event of a block, and one code for «blocked» and «not in WhatsApp» (131026).
channelSuite('whatsapp', makeWhatsAppHarness, { blocks: true, pictures: true })

const phone = '+79031234567'
const shareButton = 'Отправить мой номер'

async function makeWhatsAppHarness(): Promise<ChannelHarness> {
  // Faults of the recipient come at once here: those that come later are tested with the receipts.
  const emulator = await startWhatsAppEmulator({ recipientErrors: 'at_once' })
  const hands = emulator.person(phone.slice(1), { name: 'Иванов Иван' })
  hands.hasBeenSilentFor(1)
  const settings = settingsOf(emulator)
  const closing: (() => Promise<void>)[] = []
  const opened = (change: Partial<WhatsAppSettings> = {}): Channel => {
    const channel = createWhatsAppChannel({ ...settings, ...change })
    closing.unshift(() => channel.close())
    return channel
  }
  const channel = opened()
  const { faults } = emulator
  let acts = Promise.resolve()
  const act = (work: () => Promise<unknown> | unknown) => {
    acts = acts.then(async () => void (await work()))
  }
  return {
    channel,
    deadlineMs: settings.deadlineMs,
    connectTimeoutMs: settings.connectTimeoutMs,
    async broken(what) {
      if (what === 'token') return opened({ token: 'EAAwrongwrongwrongwrong' })
      const place = what === 'refused' ? await refusing() : await hanging()
      closing.push(() => place.close())
      return opened({ apiRoot: `http://127.0.0.1:${place.port}/v26.0` })
    },
    person: {
      address: hands.phone,
      phone,
      received: () => hands.messages.filter((message) => message.from === 'business').map(asRead),
      start: (payload) => act(() => hands.start(payload === '' ? undefined : payload.replaceAll(' ', '_'))),
      say: (text) => act(() => hands.say(text)),
      press: (text) => act(() => hands.press(text)),
      notice: () => hands.messages.findLast((message) => message.answers !== undefined)?.text,
      // The keyboard that asks for the contact is a button here.
      shareOwnContact: () =>
        act(async () => {
          const message = { text: 'Остался один шаг', keyboard: { requestContact: shareButton } }
          await channel.send({ address: hands.phone, message, deliveryId: 'dlv_2', lastWroteAt: new Date() })
          hands.press(shareButton)
        }),
      forwardContact: (other) => act(() => hands.sendCard(other)),
      block: hands.block,
      unblock: hands.unblock,
    },
    strangerAddress: '79030000000',
    faults: {
      limit: (s) => faults.limit(s),
      lostAnswer: () => faults.lostAnswer(),
      dropped: () => faults.dropped(),
      hang: () => faults.hang(),
      slow: (ms) => faults.slow(ms),
      garbage: () => faults.garbage(),
      serverError: () => faults.error(1, 500, 'An unknown error occurred'),
      rejectedMessage: () => faults.error(131009, 400, 'Parameter value is not valid'),
    },
    sendCalls: () => emulator.calls.messages,
    secrets: [emulator.token, 'EAAwrong', emulator.appSecret, emulator.verifyToken, 'Иванов', '127.0.0.1'],
    limits: { text: 4096, payloadBytes: 512 },
    receive: async (handle) => {
      const door = await openDoor({ emulator, channel }, handle)
      return { troubles: [], stop: () => door.close() }
    },
    async close() {
      for (const close of closing) await close()
      await emulator.close()
    },
  }
}

const lookAlikes: Record<string, string> = { '∗': '*', ˍ: '_', '∼': '~', ˋ: '`', '›': '>', '–': '-' }

/** A sign that stands for a mark of formatting reads as that mark; an address in the text can be tapped as a button can. */
function asRead({ text, buttons }: ChatMessage): { text: string; buttons: string[] } {
  const links = [...text.matchAll(/\n+([^\n]+): https?:\/\/\S+$/gm)]
  const words = links.reduce((rest, [link]) => rest.replace(link, ''), text)
  return {
    text: [...words].map((sign) => lookAlikes[sign] ?? sign).join(''),
    buttons: [...buttons.map((each) => each.title), ...links.map(([, title = '']) => title)],
  }
}
