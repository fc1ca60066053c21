import Fastify from 'fastify'
import pg from 'pg'
import { z } from 'zod'

/**
 * What the intake is measured against: the shortest durable handler one would write, one INSERT per request, on the same
 * Fastify, driver, pool size and database. No clients, no encryption, no duplicates by content, no queue.
 */
const schema = z.object({
  id: z.string().max(200),
  type: z.string(),
  occurredAt: z.iso.datetime({ offset: true }),
  client: z.object({ id: z.string(), phone: z.string(), fullName: z.string() }),
  operation: z.object({ id: z.string(), number: z.string() }),
  payment: z.object({ amount: z.string().regex(/^\d+\.\d\d$/), method: z.string() }),
})

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 })
await pool.query(
  'create table if not exists baseline_events (id text primary key, received_at timestamptz not null, event jsonb not null)',
)

const app = Fastify()
app.post('/webhooks/1c', async (request, reply) => {
  if (request.headers.authorization !== `Bearer ${process.argv[3]}`)
    return reply.code(401).send({ code: 'unauthorized' })
  const event = schema.parse(request.body)
  const { rowCount } = await pool.query({
    name: 'insert',
    text: 'insert into baseline_events (id, received_at, event) values ($1, $2, $3) on conflict do nothing',
    values: [event.id, new Date(), event],
  })
  return { message: 'ok', results: [{ index: 0, id: event.id, status: rowCount === 1 ? 'accepted' : 'duplicate' }] }
})
app.get('/healthz', () => ({}))
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`${JSON.stringify({ msg: 'service.ready', url })}\n`)
process.on('SIGTERM', () => void app.close().then(() => pool.end()))
