import type { FastifyInstance } from 'fastify'
import { type Channel, type ChannelName, channelNames } from '../channels/channel.ts'
import { RequestError } from '../lib/errors.ts'
import type { Updates } from './receive.ts'

export type DoorNeeds = {
  channels: ReadonlyMap<ChannelName, Channel>
  updates: Pick<Updates, 'take'>
  /** A messenger brought what we have no use for. */
  onIgnored(channel: ChannelName): void
}

/** Meta batches up to 3 MB (reference of the Cloud API, §2.4). */
const bodyLimitBytes = 4 * 1024 * 1024

/** `/channels/:name`, where messengers call: verify, store, answer at once; the work comes later. */
export function doorRoutes(app: FastifyInstance, { channels, updates, onIgnored }: DoorNeeds): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.route<{ Params: { name: string }; Querystring: Record<string, unknown> }>({
    method: ['GET', 'POST'],
    url: '/channels/:name',
    bodyLimit: bodyLimitBytes,
    handler: async (request, reply) => {
      const name = channelNames.find((each) => each === request.params.name)
      const channel = name === undefined ? undefined : channels.get(name)
      if (name === undefined || !channel) throw new RequestError('not_found', 'Такого канала нет или он выключен.')
      // A channel that is not called from outside has no secret: whoever knocks is a stranger.
      if (!channel.door)
        throw new RequestError('forbidden', 'Этот канал получает обновления опросом, а не по этому адресу.')
      const { headers, query } = request
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const method = request.method === 'GET' ? 'GET' : 'POST'
      const reading = channel.door.read({ method, headers, query, body })
      await updates.take(name, reading.updates)
      if (method === 'POST' && reading.status === 200 && reading.updates.length === 0) onIgnored(name)
      await reply.code(reading.status).type('text/plain; charset=utf-8').send(reading.body)
    },
  })
}
