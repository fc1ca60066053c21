import { parseArgs } from 'node:util'
import { startTelegramEmulator } from './emulator.ts'

/** The emulator as a process of its own: `node --import tsx src/sandbox/telegram/main.ts --port 8081`. Prints one line of JSON when ready. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8081' },
    token: { type: 'string' },
    latency: { type: 'string', default: '0' },
  },
})

const emulator = await startTelegramEmulator({
  port: Number(values.port),
  latencyMs: Number(values.latency),
  ...(values.token !== undefined && { token: values.token }),
})

process.stdout.write(
  `${JSON.stringify({ apiRoot: emulator.apiRoot, token: emulator.token, page: emulator.pageUrl })}\n`,
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close())
