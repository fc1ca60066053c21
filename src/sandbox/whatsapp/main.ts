import { parseArgs } from 'node:util'
import { startWhatsAppEmulator } from './emulator.ts'

/** The emulator as a process of its own: `node --import tsx src/sandbox/whatsapp/main.ts --port 8084`. Prints one line of JSON when ready. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8084' },
    token: { type: 'string' },
    latency: { type: 'string', default: '0' },
  },
})

const emulator = await startWhatsAppEmulator({
  port: Number(values.port),
  latencyMs: Number(values.latency),
  ...(values.token !== undefined && { token: values.token }),
})

const { pageUrl: page, apiRoot, token, phoneNumberId, appSecret, verifyToken } = emulator
process.stdout.write(`${JSON.stringify({ page, apiRoot, token, phoneNumberId, appSecret, verifyToken })}\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close())
