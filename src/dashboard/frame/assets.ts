import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { FastifyInstance } from 'fastify'
import { script } from './script.ts'
import { style } from './style.ts'

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#a4532a"/><path d="M7 10.5h18v11H7zM7.5 11l8.5 6.5 8.5-6.5" fill="none" stroke="#fff" stroke-width="2.2" stroke-linejoin="round"/></svg>`

const assets = {
  style: { extension: 'css', type: 'text/css; charset=utf-8', body: style },
  script: { extension: 'js', type: 'text/javascript; charset=utf-8', body: script },
  htmx: { extension: 'js', type: 'text/javascript; charset=utf-8', body: htmxSource() },
  icon: { extension: 'svg', type: 'image/svg+xml', body: icon },
} as const

/** The address changes with the content, so that browsers may keep it for ever. */
export const assetPaths = {
  style: pathOf('style'),
  script: pathOf('script'),
  htmx: pathOf('htmx'),
  icon: pathOf('icon'),
}

/** `GET /assets/…`: our own files live in the code, so that a built program needs nothing beside it but its packages. */
export function assetRoutes(app: FastifyInstance): void {
  for (const name of ['style', 'script', 'htmx', 'icon'] as const) {
    const { type, body } = assets[name]
    app.get(assetPaths[name], { config: { right: 'public' } }, async (_request, reply) =>
      reply.header('content-type', type).header('cache-control', 'public, max-age=31536000, immutable').send(body),
    )
  }
}

/** As the package ships it: nothing is loaded from outside. */
function htmxSource(): string {
  return readFileSync(createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js'), 'utf8')
}

function pathOf(name: keyof typeof assets): string {
  const { body, extension } = assets[name]
  return `/assets/${name}.${createHash('sha256').update(body).digest('hex').slice(0, 12)}.${extension}`
}
