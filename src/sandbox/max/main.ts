import { parseArgs } from 'node:util'
import { startMaxEmulator } from './emulator.ts'

/**
 * The emulator as a process of its own: `node --import tsx src/sandbox/max/main.ts --port 8082`. Prints one line of JSON when
 * ready. `--lead https://vestnik.example.ru=http://127.0.0.1:3000` takes the place of the TLS proxy before the service.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8082' },
    token: { type: 'string' },
    latency: { type: 'string', default: '0' },
    lead: { type: 'string', multiple: true, default: [] },
  },
})

const emulator = await startMaxEmulator({
  port: Number(values.port),
  latencyMs: Number(values.latency),
  ...(values.token !== undefined && { token: values.token }),
})

for (const each of values.lead) {
  const [from = '', to = ''] = each.split('=')
  emulator.lead(from, to)
}

process.stdout.write(
  `${JSON.stringify({ apiRoot: emulator.apiRoot, token: emulator.token, page: emulator.pageUrl })}\n`,
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close())
