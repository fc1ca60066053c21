import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'

export type Dependency = { name: string; check(): Promise<{ ok: boolean; detail: string }>; isEssential: boolean }

const checkTimeoutMs = 3_000

/** Liveness, readiness with a line a dependency, and metrics: served by every process whatever its roles. */
export function healthRoutes(
  app: FastifyInstance,
  needs: { dependencies: readonly Dependency[]; metrics: Metrics; isClosing(): boolean },
): void {
  app.get('/healthz', async (_request, reply) => await reply.type('text/plain; charset=utf-8').send('ok\n'))

  app.get('/readyz', async (_request, reply) => {
    const lines = await Promise.all(needs.dependencies.map(lineOf))
    const isReady = !needs.isClosing() && lines.every((line) => line.ok || !line.isEssential)
    const text = lines
      .map((line) => `${line.ok ? 'ok' : line.isEssential ? 'FAIL' : 'warn'} ${line.name}: ${line.detail}\n`)
      .join('')
    await reply
      .code(isReady ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .send(needs.isClosing() ? `FAIL closing\n${text}` : text)
  })

  app.get('/metrics', async (_request, reply) => {
    await reply.type(needs.metrics.registry.contentType).send(await needs.metrics.registry.metrics())
  })
}

async function lineOf(
  dependency: Dependency,
): Promise<{ name: string; ok: boolean; detail: string; isEssential: boolean }> {
  const { name, isEssential } = dependency
  const timeout = new Promise<{ ok: boolean; detail: string }>((resolve) => {
    setTimeout(() => resolve({ ok: false, detail: `no answer within ${checkTimeoutMs} ms` }), checkTimeoutMs).unref()
  })
  const failure = () => ({ ok: false, detail: 'unreachable' })
  const { ok, detail } = await Promise.race([dependency.check().catch(failure), timeout])
  return { name, ok, detail, isEssential }
}
