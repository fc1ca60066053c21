import type { TestService } from './service.ts'

export const seedText =
  'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!'

/** The latest 12:43 in Moscow: the seed sentence is of today. */
export function latestSeedMoment(now = new Date()): string {
  const moscow = new Date(now.getTime() + 3 * 3_600_000)
  const day = moscow.toISOString().slice(0, 10)
  const today = new Date(`${day}T12:43:00+03:00`)
  if (today <= now) return `${day}T12:43:00+03:00`
  const yesterday = new Date(moscow.getTime() - 24 * 3_600_000).toISOString().slice(0, 10)
  return `${yesterday}T12:43:00+03:00`
}

/** A paid event as 1C posts it, with overrides. */
export function paid(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: `doc-${Math.random().toString(36).slice(2)}/paid/1`,
    type: 'payout.paid',
    occurredAt: latestSeedMoment(),
    branch: { code: 'NN-01', name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' },
    client: { id: 'client-1', phone: '+79031234567', fullName: 'Иванов Иван Петрович' },
    operation: {
      id: 'operation-1',
      number: 'ПСА-000457',
      items: [
        { material: 'Медь', materialGenitive: 'меди', netKg: '12.348', pricePerKg: '780.00', amount: '14500.00' },
      ],
      amount: '14500.00',
    },
    payment: { amount: '14500.00', currency: 'RUB', method: 'card', last4: '4321' },
    ...more,
  }
}

/** A client of the registry with a Telegram chat and consent, as 1C would have put him there. */
export async function linkedClient(
  service: Pick<TestService, 'api' | 'telegram'>,
  externalId: string,
  chatId: number,
  more: Record<string, unknown> = {},
): Promise<void> {
  service.telegram.person(chatId).start()
  const answer = await service.api('PUT', `/clients/${externalId}`, {
    contacts: [{ channel: 'telegram', address: String(chatId) }],
    consents: [{ purpose: 'service', granted: true, text: 'Согласие в анкете', at: new Date().toISOString() }],
    ...more,
  })
  if (answer.status !== 200) throw new Error(`client was not saved: ${JSON.stringify(answer.body)}`)
}
