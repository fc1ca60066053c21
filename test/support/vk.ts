import { startVkEmulator, type VkEmulator } from '../../src/sandbox/vk/emulator.ts'
import { type Cleanup, cleanup } from './cleanup.ts'
import { type Json, startService, type TestService } from './service.ts'
import { until } from './until.ts'

export type VkService = TestService & { vk: VkEmulator }

export const vkSecret = 'Sesam_open_1'

/** The whole service with an emulated VK, which knows its door; by default it is called, not polling. */
export async function startVkService(t: Cleanup, more: Record<string, string> = {}): Promise<VkService> {
  const { vk, settings, connect } = await emulatedVk(t)
  const service = await startService(t, { ...settings, ...more })
  if (more['VK_UPDATES'] !== 'polling') await connect(service)
  else await until(() => vk.longPoll.polls > 0, 30_000, 'VK is polled')
  return { ...service, vk }
}

/** An emulated VK, the settings by which a service finds it, and how it learns of the service's door. */
export async function emulatedVk(t: Cleanup) {
  const vk = await startVkEmulator()
  cleanup(t, () => vk.close())
  const settings = {
    VK_TOKEN: vk.token,
    VK_GROUP_ID: vk.groupId,
    VK_API_ROOT: vk.apiRoot,
    VK_CONFIRMATION: vk.callbacks.confirmation,
    VK_SECRET: vkSecret,
    VK_RATE_PER_SECOND: '1000',
  }
  const connect = async ({ url }: Pick<TestService, 'url'>) => {
    const { status } = await vk.callbacks.connect(`${url}/channels/vk`, vkSecret)
    if (status !== 'ok') throw new Error(`the door did not confirm itself: ${status}`)
  }
  return { vk, settings, connect }
}

export type VkPerson = { id: string; page: number }

let lastPage = 7_000_000

/** Somebody whom 1C has put into the registry with the number of his page; he has pressed «Начать» unless told otherwise. */
export async function registeredPage(
  { api, vk }: Pick<VkService, 'api' | 'vk'>,
  { hasStarted = true, hasAgreed = true } = {},
): Promise<VkPerson> {
  lastPage += 1
  const person = { id: `page-${lastPage}`, page: lastPage }
  const hands = vk.person(person.page, { firstName: 'Иван' })
  if (hasStarted) {
    hands.start()
    await vk.waitFor(
      ({ peerId, text }) => peerId === String(person.page) && text.includes('нужно ваше согласие'),
      30_000,
    )
  }
  await putPage({ api }, person, hasAgreed)
  return person
}

export async function putPage(
  { api }: Pick<TestService, 'api'>,
  { id, page }: VkPerson,
  hasAgreed: boolean,
): Promise<void> {
  const granted = { purpose: 'service', granted: true, text: 'Согласие в анкете', at: new Date().toISOString() }
  const answer = await api('PUT', `/clients/${id}`, {
    contacts: [{ channel: 'vk', address: String(page) }],
    consents: hasAgreed ? [granted] : [],
  })
  if (answer.status !== 200) throw new Error(`client was not saved: ${JSON.stringify(answer.body)}`)
}

/** What that person sees of money, from the community, oldest first. */
export function moneyOn(vk: VkEmulator, { page }: VkPerson): string[] {
  return vk.received.filter(({ peerId, text }) => peerId === String(page) && text.includes('₽')).map(({ text }) => text)
}

/** The item of the journal about that event, once it satisfies. */
export async function lineOf(
  { api }: Pick<TestService, 'api'>,
  eventId: string,
  isIt: (line: Json) => boolean,
): Promise<Json> {
  let last: Json
  return await until(
    async () => {
      const { body } = await api('GET', '/journal?limit=1000')
      last = body.items.find((each: Json) => each.eventId === eventId)
      return last !== undefined && isIt(last) ? last : undefined
    },
    30_000,
    `the journal line of ${eventId}`,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; it is ${JSON.stringify(last)}`)
  })
}
