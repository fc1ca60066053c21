import { titles } from './errors.ts'
import type { Person, World } from './world.ts'

type About = { id: string; byPhone: boolean; deliveryId?: string }

/** A status as Meta reports it: webhooks/reference/messages/status. */
export function pushStatus(
  world: World,
  person: Person | { phone: string },
  status: 'sent' | 'delivered' | 'read' | 'failed',
  { id, byPhone, deliveryId }: About,
  error?: { code: number; details: string },
): void {
  const userId = 'userId' in person ? person.userId : undefined
  const hidden = 'hidesPhone' in person && person.hidesPhone
  // Of a failure of what was sent by phone the other id is left out.
  const named = userId !== undefined && !(status === 'failed' && byPhone)
  world.webhooks.push({
    statuses: [
      {
        id,
        status,
        timestamp: String(Math.floor(Date.now() / 1000)),
        ...(!hidden && { recipient_id: person.phone }),
        ...(named && { recipient_user_id: userId }),
        ...(deliveryId !== undefined && { biz_opaque_callback_data: deliveryId }),
        ...(status === 'sent' && {
          pricing: { billable: true, pricing_model: 'PMP', category: 'utility', type: 'regular' },
        }),
        ...(error && { errors: [errorJson(error)] }),
      },
    ],
  })
}

function errorJson({ code, details }: { code: number; details: string }) {
  const title = titles[code] ?? 'Error'
  return {
    code,
    title,
    message: title,
    error_data: { details },
    href: 'https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes',
  }
}
