/** A block of code of a page: its language, the file it is to be saved in, and its text. */
export type Block = { language: string; file: string | undefined; text: string }

export function blocksIn(markdown: string): Block[] {
  return [...markdown.matchAll(/^( *)```(\w+)(?: (\S+))?\n([\s\S]*?)^\1```$/gm)].map(
    ([, indent = '', language = '', file, text = '']) => ({
      language,
      file,
      text: indent === '' ? text : text.replace(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  )
}

export type Curl = { method: string; url: URL; headers: Record<string, string>; file: string | undefined }

/** A curl command as the guide writes it: one line, double quotes only, the body in a file. */
export function curlIn(command: string): Curl {
  const words = [...command.trim().matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  const curl: Curl = { method: 'GET', url: new URL('http://nowhere'), headers: {}, file: undefined }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'curl') continue
    else if (word === '-X') curl.method = words.shift() ?? ''
    else if (word === '-H') {
      const [name = '', value = ''] = (words.shift() ?? '').split(/: (.*)/)
      curl.headers[name] = value
    } else if (word === '--data-binary') curl.file = (words.shift() ?? '').replace(/^@/, '')
    else if (/^https?:/.test(word)) curl.url = new URL(word)
    else throw new Error(`what is ${word} in: ${command}`)
  }
  return curl
}

/** Whether a value is the one that a page shows; «…» in a text stands for anything. */
export function fits(shown: unknown, value: unknown): boolean {
  if (typeof shown === 'string') {
    if (typeof value !== 'string') return false
    const parts = shown.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '[ \u00a0]'))
    return new RegExp(`^${parts.join('[\\s\\S]+')}$`).test(value)
  }
  if (typeof shown !== 'object' || shown === null) return shown === value
  if (typeof value !== 'object' || value === null || Array.isArray(shown) !== Array.isArray(value)) return false
  const keys = Object.keys(shown)
  const inner = new Map<string, unknown>(Object.entries(value))
  return keys.length === inner.size && Object.entries(shown).every(([key, each]) => fits(each, inner.get(key)))
}
