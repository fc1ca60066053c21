import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, ConfigError, encryptionKeys } from '../config.ts'

/** The master keys of these settings; of an embedded database those in its folder. */
export async function masterKeys(config: Config): Promise<NonNullable<Config['ENCRYPTION_KEYS']>> {
  if (config.ENCRYPTION_KEYS !== undefined) return config.ENCRYPTION_KEYS
  const file = join(config.DATA_DIR, 'secrets.env')
  const text = await readFile(file, 'utf8').catch(() => '')
  const line = /^ENCRYPTION_KEYS=(.+)$/m.exec(text)?.[1]
  if (line === undefined)
    throw new ConfigError(`${file}: no line ENCRYPTION_KEYS=…; start the service once, or restore it`)
  return encryptionKeys.parse(line)
}
