import { type MaxEmulator, startMaxEmulator } from '../../src/sandbox/max/emulator.ts'
import type { VkEmulator } from '../../src/sandbox/vk/emulator.ts'
import type { WhatsAppEmulator } from '../../src/sandbox/whatsapp/emulator.ts'
import { type Cleanup, cleanup } from './cleanup.ts'
import { maxSecret } from './max.ts'
import { startService, type TestService } from './service.ts'
import { emulatedVk } from './vk.ts'
import { emulatedWhatsApp } from './whatsapp.ts'

export const publicUrl = 'https://vestnik.example.ru'

/** The service and all four messengers. */
export type Town = TestService & { vk: VkEmulator; max: MaxEmulator; whatsapp: WhatsAppEmulator }

/** Telegram is polled unless told otherwise; the others call us. */
export async function startTown(t: Cleanup, more: Record<string, string> = {}): Promise<Town> {
  const [vk, whatsapp, max] = await Promise.all([emulatedVk(t), emulatedWhatsApp(t), startMaxEmulator()])
  cleanup(t, () => max.close())
  const service = await startService(t, {
    PUBLIC_URL: publicUrl,
    ...vk.settings,
    ...whatsapp.settings,
    MAX_TOKEN: max.token,
    MAX_API_ROOT: max.apiRoot,
    MAX_WEBHOOK_SECRET: maxSecret,
    MAX_RATE_PER_SECOND: '1000',
    ...more,
  })
  max.lead(publicUrl, service.url)
  await vk.connect(service)
  await whatsapp.connect(service)
  return { ...service, vk: vk.vk, max, whatsapp: whatsapp.whatsapp }
}
