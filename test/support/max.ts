import { randomBytes } from 'node:crypto'
import { type MaxEmulator, type Received, startMaxEmulator } from '../../src/sandbox/max/emulator.ts'
import { type Cleanup, cleanup } from './cleanup.ts'
import { startService, type TestService } from './service.ts'
import { patienceMs } from './story.ts'
import { until } from './until.ts'

export type MaxService = TestService & { max: MaxEmulator }

export const maxSecret = 'sesam-oeffne-dich'
const publicUrl = 'https://vestnik.example.ru'

/** A service with an emulated MAX, which calls it unless told otherwise; Telegram is on as well, but nobody is there. */
export async function startMaxService(t: Cleanup, more: Record<string, string> = {}): Promise<MaxService> {
  const max = await startMaxEmulator()
  cleanup(t, () => max.close())
  const service = await startService(t, {
    MAX_TOKEN: max.token,
    MAX_API_ROOT: max.apiRoot,
    MAX_WEBHOOK_SECRET: maxSecret,
    MAX_RATE_PER_SECOND: '1000',
    PUBLIC_URL: publicUrl,
    ...more,
  })
  max.lead(publicUrl, service.url)
  return { ...service, max }
}

let lastUser = 700_000

export type MaxPerson = { id: string; userId: number; phone: string }

export function maxPerson(): MaxPerson {
  lastUser += 1
  return {
    id: `client-${randomBytes(5).toString('hex')}`,
    userId: lastUser,
    phone: `+7904${String(lastUser + 1_000_000)}`,
  }
}

/** Somebody whom 1C has put into the registry with his MAX user id and his consent. */
export async function linkedInMax(service: MaxService): Promise<MaxPerson> {
  const person = maxPerson()
  service.max.person(person.userId, { firstName: 'Иван', phone: person.phone.slice(1) }).start()
  await waitForMaxMessage(service.max, person, 'согласие')
  const answer = await service.api('PUT', `/clients/${person.id}`, {
    phone: person.phone,
    contacts: [{ channel: 'max', address: String(person.userId) }],
    consents: [{ purpose: 'service', granted: true, text: 'Согласие в анкете', at: new Date().toISOString() }],
  })
  if (answer.status !== 200) throw new Error(`client was not saved: ${JSON.stringify(answer.body)}`)
  return person
}

export function maxScreenOf(max: MaxEmulator, { userId }: { userId: number }): Received[] {
  return max.received.filter((each) => each.userId === String(userId))
}

export async function waitForMaxMessage(max: MaxEmulator, person: { userId: number }, part: string): Promise<Received> {
  const look = () => maxScreenOf(max, person).find(({ text }) => text.includes(part))
  return await until(look, patienceMs, `a message with ${part} comes`)
}
