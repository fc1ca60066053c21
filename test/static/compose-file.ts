import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

const healthcheck = z.strictObject({
  test: z.array(z.string()).min(2),
  interval: z.string(),
  timeout: z.string(),
  start_period: z.string(),
  retries: z.number(),
})

/** Strict: a key that is not understood here is checked by nobody. */
const service = z.strictObject({
  image: z.string(),
  build: z.literal('.').optional(),
  /** Left out by a plain `up`. */
  profiles: z.tuple([z.literal('monitoring')]).optional(),
  entrypoint: z.array(z.string()).optional(),
  restart: z.literal('unless-stopped'),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  pids_limit: z.number(),
  mem_limit: z.string(),
  cpus: z.number(),
  shm_size: z.string().optional(),
  logging: z.strictObject({
    driver: z.literal('json-file'),
    options: z.strictObject({ 'max-size': z.string(), 'max-file': z.string() }),
  }),
  healthcheck: healthcheck.optional(),
  stop_grace_period: z.string(),
  env_file: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  command: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  networks: z.array(z.string()),
})

const composeFile = z.looseObject({
  name: z.literal('vestnik'),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean().default(false) })),
  volumes: z.record(z.string(), z.strictObject({})),
})

export type ComposeFile = z.output<typeof composeFile>

export const composeText = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8')

/** @throws when a service lacks a restart, a limit, a read-only root or whatever else every service must have. */
export function readCompose(text: string): ComposeFile {
  return composeFile.parse(parse(text, { merge: true }))
}
