/** A variable of .env.example: `shown` stands behind the name, as the default when the line is commented out. */
export type EnvEntry = { name: string; comments: string[]; shown: string; isCommented: boolean }

/** Reads `# comment`, `#NAME=default` and `NAME=`; a blank line ends a comment, `##` begins a heading. */
export function readEnvFile(text: string): EnvEntry[] {
  const entries: EnvEntry[] = []
  let comments: string[] = []
  for (const line of text.split('\n')) {
    const [, hash, name, shown = ''] = /^(#?)([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? []
    if (name !== undefined) {
      entries.push({ name, comments, shown, isCommented: hash === '#' })
      comments = []
    } else if (/^# /.test(line)) comments.push(line.slice(2))
    else comments = []
  }
  return entries
}
