import { catalog } from '../../src/events/catalog.ts'
import { startWhatsAppEmulator, type WhatsAppEmulator } from '../../src/sandbox/whatsapp/emulator.ts'
import { type Cleanup, cleanup } from './cleanup.ts'
import { type Json, startService, type TestService } from './service.ts'
import { until } from './until.ts'

export type WhatsAppService = TestService & { whatsapp: WhatsAppEmulator }

/** The whole service with an emulated WhatsApp, which knows its door and has approved a template for each type. */
export async function startWhatsAppService(t: Cleanup, more: Record<string, string> = {}): Promise<WhatsAppService> {
  const { whatsapp, settings, connect } = await emulatedWhatsApp(t)
  const service = await startService(t, { ...settings, ...more })
  await connect(service)
  return { ...service, whatsapp }
}

/** An emulated WhatsApp, the settings by which a service finds it, and how it learns of the service's door. */
export async function emulatedWhatsApp(t: Cleanup) {
  const whatsapp = await startWhatsAppEmulator()
  cleanup(t, () => whatsapp.close())
  for (const { type, title, whatsappParameters } of Object.values(catalog)) {
    const places = whatsappParameters.map((name, i) => `${name}: {{${i + 1}}}`).join(', ')
    whatsapp.approve({ name: `vestnik_${type.replaceAll('.', '_')}`, body: `${title}. ${places}.` })
  }
  const settings = {
    WHATSAPP_TOKEN: whatsapp.token,
    WHATSAPP_API_ROOT: whatsapp.apiRoot,
    WHATSAPP_PHONE_NUMBER_ID: whatsapp.phoneNumberId,
    WHATSAPP_APP_SECRET: whatsapp.appSecret,
    WHATSAPP_VERIFY_TOKEN: whatsapp.verifyToken,
    WHATSAPP_RATE_PER_SECOND: '1000',
  }
  const connect = async ({ url }: Pick<TestService, 'url'>) => {
    await whatsapp.webhooks.connect(`${url}/channels/whatsapp`)
  }
  return { whatsapp, settings, connect }
}

export type Reader = { id: string; phone: string }

let lastPhone = 79_050_000_000

/** Somebody whom 1C has put into the registry with his WhatsApp number and his consent; he has never written to us. */
export async function registeredReader({ api, whatsapp }: Pick<WhatsAppService, 'api' | 'whatsapp'>): Promise<Reader> {
  lastPhone += 1
  const person = { id: `reader-${lastPhone}`, phone: String(lastPhone) }
  whatsapp.person(person.phone, { name: 'Иван' })
  const answer = await api('PUT', `/clients/${person.id}`, {
    phone: `+${person.phone}`,
    contacts: [{ channel: 'whatsapp', address: person.phone }],
    consents: [{ purpose: 'service', granted: true, text: 'Согласие в анкете', at: new Date().toISOString() }],
  })
  if (answer.status !== 200) throw new Error(`client was not saved: ${JSON.stringify(answer.body)}`)
  return person
}

export function newPhone(): string {
  lastPhone += 1
  return String(lastPhone)
}

export async function waitForText(whatsapp: WhatsAppEmulator, phone: string, part: string) {
  return await whatsapp.waitFor((each) => each.phone === phone && each.text.includes(part), 30_000)
}

/** The one item of the journal that is about that event, once it satisfies. */
export async function journalLine(
  { api }: Pick<TestService, 'api'>,
  eventId: string,
  isIt: (line: Json) => boolean,
): Promise<Json> {
  let last: Json
  return await until(
    async () => {
      const { body } = await api('GET', '/journal?limit=100')
      last = body.items.find((each: Json) => each.eventId === eventId)
      return last !== undefined && isIt(last) ? last : undefined
    },
    30_000,
    `the journal line of ${eventId}`,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; it is ${JSON.stringify(last)}`)
  })
}
