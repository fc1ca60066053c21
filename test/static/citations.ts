/** What a page of Markdown cites: paths in backticks and links, and npm scripts anywhere. */
export type Citations = { paths: string[]; scripts: string[] }

export function citationsIn(markdown: string): Citations {
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, '')
  const ticked = [...prose.matchAll(/`([^`\n]+)`/g)].flatMap((found) => found[1] ?? [])
  const linked = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap((found) => found[1] ?? [])
  const scripts = [...markdown.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)]
  return {
    paths: [...ticked, ...linked.map((each) => each.replace(/#.*$/, ''))].filter(looksLikePath),
    scripts: scripts.flatMap((found) => found[1] ?? found[2] ?? []),
  }
}

/** `a/b`, `a/` or a file name with an extension of ours; no address, no command, no pattern, no absolute path. */
function looksLikePath(text: string): boolean {
  if (!/^[\w@.-][\w@./-]*$/.test(text) || text.includes('..')) return false
  return text.includes('/') || /^[\w-]*\.?[\w-]+\.(ts|md|json|ya?ml|sql|sh|liquid|jsonl)$/.test(text)
}

/**
 * Words such as `application/json` are no paths of ours: a path counts when it has an extension, ends with `/`, or begins
 * with a folder that exists.
 */
export function isMeantAsPath(path: string, folders: readonly string[]): boolean {
  const [first = ''] = path.split('/')
  return /\.(ts|md|json|ya?ml|sql|sh|liquid|jsonl|bsl|mdo)$/.test(path) || path.endsWith('/') || folders.includes(first)
}
