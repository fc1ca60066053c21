import { max } from './messengers/max.ts'
import { telegram } from './messengers/telegram.ts'
import { vk } from './messengers/vk.ts'
import { whatsapp } from './messengers/whatsapp.ts'

/** The settings of each messenger and how it is opened by them: its channel's folder, its file of settings and a line here. */
export const messengers = { telegram, vk, max, whatsapp }

export const messengerEnvironment = {
  ...telegram.environment,
  ...vk.environment,
  ...max.environment,
  ...whatsapp.environment,
}
