import { parseArgs } from 'node:util'
import { startVkEmulator } from './emulator.ts'

/** The emulator as a process of its own: `node --import tsx src/sandbox/vk/main.ts --port 8082`. Prints one line of JSON when ready. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8082' },
    token: { type: 'string' },
    latency: { type: 'string', default: '0' },
  },
})

const emulator = await startVkEmulator({
  port: Number(values.port),
  latencyMs: Number(values.latency),
  ...(values.token !== undefined && { token: values.token }),
})

const { pageUrl: page, apiRoot, token, groupId, callbacks } = emulator
process.stdout.write(`${JSON.stringify({ page, apiRoot, token, groupId, confirmation: callbacks.confirmation })}\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close())
