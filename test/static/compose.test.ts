import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { environment, readConfig } from '../../src/config.ts'
import { composeText, readCompose } from './compose-file.ts'
import { readEnvFile } from './read-env-file.ts'

const root = new URL('../../', import.meta.url)
const compose = readCompose(composeText)
const services = Object.entries(compose.services)
const own = services.filter(([, each]) => each.build !== undefined)
const proxy = compose.services['proxy']

describe('docker-compose.yml', () => {
  it('starts the api, the worker with the bot, Postgres and its backups, Redis and the proxy; the rest on demand', () => {
    const started = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name)
    assert.deepEqual(started, ['api', 'worker', 'postgres', 'backup', 'redis', 'proxy'])
    assert.deepEqual(
      services.map(([name]) => name).filter((each) => !started.includes(each)),
      ['prometheus', 'grafana'],
    )
    assert.equal(compose.services['api']?.environment['ROLES'], 'api')
    assert.equal(compose.services['worker']?.environment['ROLES'], 'worker,bot')
  })

  it('names each image with its version, and ours with the version of package.json', () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')))
    for (const [name, { image, build }] of services) {
      if (build === undefined) assert.match(image, /^docker\.io\/[a-z]+\/[a-z]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/, name)
      else assert.equal(image, `vestnik:${version}`)
    }
  })

  it('knows of each service whether it is healthy, and waits for that', () => {
    for (const [name, { healthcheck, build }] of services) {
      if (build === undefined) assert.ok(healthcheck, `${name} has a health check`)
    }
    assert.match(read('Dockerfile'), /^HEALTHCHECK /m)
    for (const [name, each] of own) assert.deepEqual(Object.keys(each.depends_on), ['postgres', 'redis'], name)
    // A service that is down, or on its way, is answered for by the proxy: 503, in words.
    assert.deepEqual(Object.keys(proxy?.depends_on ?? {}), [])
    assert.match(read('deploy/Caddyfile'), /handle_errors \{[\s\S]*Retry-After[\s\S]*временно недоступен[\s\S]*503/)
  })

  it('publishes nothing but 80 and 443 of the proxy, and on this machine alone the page of the metrics', () => {
    assert.deepEqual(
      services.flatMap(([name, { ports }]) => ports.map((port) => `${name} ${port}`)),
      ['proxy 80:80', 'proxy 443:443', 'grafana 127.0.0.1:3001:3000'],
    )
  })

  it('keeps what must outlive a container in named volumes', () => {
    const mounted = services.flatMap(([, { volumes }]) => volumes.map((each) => each.split(':')[0] ?? ''))
    const named = mounted.filter((each) => !each.startsWith('.'))
    assert.deepEqual(named.sort(), Object.keys(compose.volumes).sort())
    for (const name of ['postgres-data', 'redis-data', 'caddy-data', 'backups']) assert.ok(named.includes(name), name)
    const files = mounted.filter((each) => each.startsWith('.'))
    assert.deepEqual(
      files.filter((each) => !existsSync(new URL(each, root))),
      [],
    )
  })

  it('lets the database and the queue be reached by the service only, and reach nothing', () => {
    const internal = Object.keys(compose.networks).filter((each) => compose.networks[each]?.internal)
    assert.deepEqual(internal, ['backend', 'metrics'])
    const on = (network: string) => services.filter(([, each]) => each.networks.includes(network)).map(([name]) => name)
    assert.deepEqual(on('backend'), ['api', 'worker', 'postgres', 'backup', 'redis'])
    assert.deepEqual(on('metrics'), ['api', 'worker', 'prometheus', 'grafana'])
    assert.deepEqual(on('front'), ['api', 'proxy'])
    assert.deepEqual(compose.services['postgres']?.networks, ['backend'])
    assert.deepEqual(compose.services['redis']?.networks, ['backend'])
  })

  it('gives each program the capabilities it cannot start without, and ours none', () => {
    for (const [name, { cap_add }] of own) assert.deepEqual(cap_add, [], name)
    assert.deepEqual(proxy?.cap_add, ['NET_BIND_SERVICE'])
    assert.deepEqual(compose.services['backup']?.cap_add, ['DAC_OVERRIDE'])
  })

  it('waits longer for a stop than the service needs for it', () => {
    const [, deadline = ''] = /stopDeadlineMs = ([\d_]+)/.exec(read('src/main.ts')) ?? []
    for (const [name, { stop_grace_period }] of own) {
      assert.ok(Number.parseInt(stop_grace_period, 10) * 1000 > Number(deadline.replaceAll('_', '')), name)
    }
  })

  it('makes Redis refuse when it is full, and write down what it holds', () => {
    const command = compose.services['redis']?.command.join(' ') ?? ''
    for (const each of ['--appendonly yes', '--maxmemory-policy noeviction', '--requirepass '])
      assert.ok(command.includes(each), each)
  })

  it('hands secrets over by .env only, and to those that need them', () => {
    for (const [name, { env_file }] of services) {
      assert.deepEqual(env_file, own.some(([each]) => each === name) ? ['.env'] : [], name)
    }
    const written = services.flatMap(([name, each]) =>
      Object.entries(each.environment)
        .filter(([key, value]) => /KEY|SECRET|PASSWORD|TOKEN|AUTH/.test(key) && !/^\$\{/.test(value))
        .map(([key]) => `${name} ${key}`),
    )
    assert.deepEqual(written, [])
  })

  it('logs the service in as a role of its own, which is no superuser', () => {
    for (const [name, { environment: set }] of own)
      assert.match(set['DATABASE_URL'] ?? '', /^postgres:\/\/vestnik:\$\{DATABASE_PASSWORD/, name)
    const postgres = compose.services['postgres']
    assert.equal(postgres?.environment['POSTGRES_USER'], 'postgres')
    assert.ok(postgres?.volumes.some((each) => /role\.sh:\/docker-entrypoint-initdb\.d\/role\.sh:ro$/.test(each)))
    assert.match(read('deploy/postgres/role.sh'), /nosuperuser nocreatedb nocreaterole/)
  })

  it('sets no variable that the service does not know, and asks for none that .env.example does not list', () => {
    const known = new Set(Object.keys(environment.shape))
    for (const [name, each] of own) {
      assert.deepEqual(
        Object.keys(each.environment).filter((key) => !known.has(key)),
        [],
        name,
      )
    }
    const listed = readEnvFile(read('.env.example')).map((each) => each.name)
    const asked = [...composeText.matchAll(/\$\{(\w+)/g)].map((each) => each[1] ?? '')
    assert.deepEqual(
      asked.filter((each) => !listed.includes(each)),
      [],
    )
    const forComposeOnly = listed.filter((each) => !known.has(each))
    assert.deepEqual(
      forComposeOnly.filter((each) => !asked.includes(each)),
      [],
    )
  })

  it('makes an environment that the service takes', () => {
    const filled: Record<string, string> = {
      PUBLIC_URL: 'https://vestnik.example.ru',
      ENCRYPTION_KEYS: `2026a:${Buffer.alloc(32).toString('base64')}`,
      DATABASE_PASSWORD: 'a1',
      POSTGRES_PASSWORD: 'c3',
      REDIS_PASSWORD: 'b2',
    }
    for (const [, each] of own) {
      const config = readConfig(
        Object.fromEntries(
          Object.entries(each.environment).map(([key, value]) => [
            key,
            value.replace(/\$\{(\w+)[^}]*\}/g, (_all, name: string) => filled[name] ?? ''),
          ]),
        ),
      )
      assert.equal(config.HOST, '0.0.0.0')
      assert.equal(config.DATABASE_URL, 'postgres://vestnik:a1@postgres:5432/vestnik')
      assert.equal(config.REDIS_URL, 'redis://:b2@redis:6379')
    }
  })

  it('is refused by this test when a service lacks a limit or a restart, or has what nobody checks', () => {
    for (const [from, to] of [
      ['    mem_limit: 1g\n', ''],
      ['  restart: unless-stopped\n', ''],
      ['  read_only: true\n', ''],
      ['    shm_size: 128m\n', '    privileged: true\n'],
    ] as const) {
      assert.ok(composeText.includes(from), from)
      assert.throws(() => readCompose(composeText.replace(from, to)), from)
    }
  })
})

describe('the proxy', () => {
  const caddyfile = read('deploy/Caddyfile')

  it('takes its domain from PUBLIC_URL and gets the certificate for it', () => {
    assert.match(caddyfile, /^\{\$PUBLIC_URL\} \{$/m)
    assert.match(proxy?.environment['PUBLIC_URL'] ?? '', /^\$\{PUBLIC_URL:\?/)
  })

  it('keeps metrics and readiness inside', () => {
    assert.match(
      caddyfile,
      /@inside path \/metrics \/metrics\/\* \/readyz \/readyz\/\*\n\s+handle @inside \{\n\s+respond 404/,
    )
  })

  it('limits bodies, above what the service itself refuses', () => {
    const [, megabytes] = /max_size (\d+)MB/.exec(caddyfile) ?? []
    assert.ok(Number(megabytes) > 5)
  })

  it('logs no address of a request and no header', () => {
    for (const each of ['request>uri delete', 'request>headers delete']) assert.ok(caddyfile.includes(each), each)
  })
})

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8')
}
