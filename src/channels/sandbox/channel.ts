import type { Outcome, SendRequest } from '../channel.ts'
import { testPhoneOf } from './test-phones.ts'

/**
 * The stand-in behind the test phones: its answers are written down in test-phones.ts, and nothing leaves the process. It is
 * no messenger, so it has neither settings nor a place in the registry; the address is the phone.
 */
export const sandboxChannel = {
  name: 'sandbox' as const,
  send: async ({ address, deliveryId, attempt }: SendRequest): Promise<Outcome> => {
    const outcomes = testPhoneOf(address)?.outcomes ?? []
    const outcome = outcomes[Math.min(attempt ?? 1, outcomes.length) - 1]
    if (outcome === undefined) {
      return { kind: 'refused', reason: 'not_found', code: 'no_test_phone', description: 'this is no test phone' }
    }
    return outcome.kind === 'sent' ? { kind: 'sent', providerMessageId: `sandbox-${deliveryId}` } : outcome
  },
}
