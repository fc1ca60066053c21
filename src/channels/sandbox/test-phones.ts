import type { Outcome, Receipt } from '../channel.ts'

/**
 * Phones for whoever connects a sender: a message to one never leaves the process, and comes to a promised end by the same
 * steps as a real one. We know of no operator with the code 973; not
 * verified against the numbering plan (приказ Минцифры от 31.01.2022 № 75), so look it up before you rely on it.
 */
export type TestPhone = {
  phone: string
  /** In Russian, for /docs and docs/ru/1c.md. */
  about: string
  /** What the calls come to, one after another; the last of them again and again. */
  outcomes: readonly Outcome[]
  /** What the messenger tells later, one after another. */
  receipts: readonly Pick<Receipt, 'state' | 'outcome'>[]
  /** Its message grows old in this time. */
  expiresInMs?: number
  /** It is decided without any call. */
  stop?: 'no_contact' | 'no_consent' | 'opted_out'
  ends: {
    state: 'sent' | 'delivered' | 'unknown' | 'failed' | 'skipped'
    reason?: string
    engagement?: 'read'
    repeat?: true
  }
}

const range = /^\+797300000\d\d$/

export function isTestPhone(phone: string | undefined): boolean {
  return phone !== undefined && range.test(phone)
}

/** What that phone promises; one of the range that is not listed is nobody's. */
export function testPhoneOf(phone: string | undefined): TestPhone | undefined {
  if (phone === undefined || !isTestPhone(phone)) return undefined
  return testPhones.find((each) => each.phone === phone) ?? { ...nobody, phone }
}

const sent: Outcome = { kind: 'sent', providerMessageId: 'sandbox' }
const lost: Outcome = { kind: 'unknown', code: 'timeout', description: 'test phone: the answer is lost' }

function refusal(reason: 'blocked' | 'not_found' | 'rejected_by_channel'): Outcome {
  return { kind: 'refused', reason, code: reason, description: `test phone: ${reason}` }
}

const nobody: Omit<TestPhone, 'phone'> = {
  about: 'клиент не подключил мессенджер',
  outcomes: [],
  receipts: [],
  stop: 'no_contact',
  ends: { state: 'skipped', reason: 'no_contact' },
}

export const testPhones: readonly TestPhone[] = [
  {
    phone: '+79730000001',
    about: 'мессенджер принял и больше ничего не скажет',
    outcomes: [sent],
    receipts: [],
    ends: { state: 'sent' },
  },
  {
    phone: '+79730000002',
    about: 'принято, потом доставлено',
    outcomes: [sent],
    receipts: [{ state: 'delivered' }],
    ends: { state: 'delivered' },
  },
  {
    phone: '+79730000003',
    about: 'принято, доставлено, прочитано',
    outcomes: [sent],
    receipts: [{ state: 'delivered' }, { state: 'read' }],
    ends: { state: 'delivered', engagement: 'read' },
  },
  {
    phone: '+79730000004',
    about: 'клиент заблокировал бота',
    outcomes: [refusal('blocked')],
    receipts: [],
    ends: { state: 'failed', reason: 'blocked' },
  },
  {
    phone: '+79730000005',
    about: 'мессенджер не знает такого чата',
    outcomes: [refusal('not_found')],
    receipts: [],
    ends: { state: 'failed', reason: 'not_found' },
  },
  {
    phone: '+79730000006',
    about: 'лимит мессенджера: ждёт 3 секунды, потом уходит',
    outcomes: [
      {
        kind: 'limited',
        scope: 'chat',
        retryAfterMs: 3_000,
        code: '429',
        description: 'test phone: too many requests',
      },
      sent,
    ],
    receipts: [],
    ends: { state: 'sent' },
  },
  {
    phone: '+79730000007',
    about: 'ответ потерян: unknown, через 2 секунды повтор с пометкой «Повторное сообщение»',
    outcomes: [lost, sent],
    receipts: [],
    ends: { state: 'sent', repeat: true },
  },
  {
    phone: '+79730000008',
    about: 'ответ потерян и на повтор: дошло ли, неизвестно',
    outcomes: [lost],
    receipts: [],
    ends: { state: 'unknown', repeat: true },
  },
  {
    phone: '+79730000009',
    about: 'мессенджер отклонил само сообщение',
    outcomes: [refusal('rejected_by_channel')],
    receipts: [],
    ends: { state: 'failed', reason: 'rejected_by_channel' },
  },
  {
    phone: '+79730000010',
    about: 'нет связи: ждёт секунду, потом уходит',
    outcomes: [
      { kind: 'deferred', reason: 'network', code: 'ECONNREFUSED', description: 'test phone: no connection' },
      sent,
    ],
    receipts: [],
    ends: { state: 'sent' },
  },
  {
    phone: '+79730000011',
    about: 'мессенджер не работает, пока сообщение не устареет (здесь за 4 секунды)',
    outcomes: [{ kind: 'deferred', reason: 'channel_down', code: '503', description: 'test phone: out of order' }],
    receipts: [],
    expiresInMs: 4_000,
    ends: { state: 'failed', reason: 'expired' },
  },
  {
    phone: '+79730000012',
    about: 'принято, а потом мессенджер сообщил, что не доставил',
    outcomes: [sent],
    receipts: [{ state: 'failed', outcome: refusal('rejected_by_channel') }],
    ends: { state: 'failed', reason: 'rejected_by_channel' },
  },
  { ...nobody, phone: '+79730000013' },
  {
    ...nobody,
    phone: '+79730000014',
    about: 'нет согласия на такие сообщения',
    stop: 'no_consent',
    ends: { state: 'skipped', reason: 'no_consent' },
  },
  {
    ...nobody,
    phone: '+79730000015',
    about: 'клиент отказался от сообщений',
    stop: 'opted_out',
    ends: { state: 'skipped', reason: 'opted_out' },
  },
]
