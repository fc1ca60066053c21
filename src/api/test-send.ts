import { z } from 'zod'
import { channelNames } from '../channels/channel.ts'
import { teamContacts } from '../clients/store/team.ts'
import { eventTypes } from '../events/event.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { sendSample } from '../notifications/test-send.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'

const common = 'сотрудники общие для всех площадок'

/** A sample to one of our own people, never to a client. */
export function testSendRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/team',
      scope: 'deliveries:write',
      summary: 'Чаты сотрудников: кому можно отправить проверку',
      description: 'Контакты с пометкой team, см. PUT /clients/:externalId.',
      answer: z.object({
        contacts: z.array(z.object({ id: z.string(), channel: z.enum(channelNames), fullName: z.string().optional() })),
      }),
      handle: async ({ key, look }) => {
        refuseBranchKey(key, common)
        const contacts = await teamContacts(needs)
        look(contacts.map((each) => each.clientId))
        return { contacts: contacts.map(({ id, channel, fullName }) => compact({ id, channel, fullName })) }
      },
    }),
    route({
      method: 'POST',
      path: '/test-send',
      scope: 'deliveries:write',
      audit: { act: 'test.send' },
      summary: 'Отправить проверку сотруднику',
      description:
        'Событие-пример этого типа нынешними словами, в чат сотрудника и никому больше; в начале сказано, что это проверка. ' +
        'В журнал сообщений не попадает.',
      body: z.strictObject({
        contact: z.string().max(50).describe('Из GET /team'),
        type: z.enum(eventTypes).default('payout.paid'),
      }),
      bodyExample: { contact: 'cnt_019aa5b0c3d17e0f8a6b5c4d3e2f1a0b', type: 'payout.paid' },
      answer: z.object({ channel: z.enum(channelNames), text: z.string() }),
      errors: ['conflict'],
      handle: async ({ body, key }) => {
        refuseBranchKey(key, common)
        const sent = await sendSample(needs, { contactId: body.contact, type: body.type })
        if (sent.kind === 'sent') return { channel: sent.channel, text: sent.text }
        if (sent.kind === 'refused') throw new RequestError('conflict', sent.text)
        throw new RequestError('not_found', 'Такого чата сотрудника нет. Список: GET /api/v1/team.')
      },
    }),
  ]
}
